import { createKeyPair, privateKeyBytes, type RandomBytes } from '../transport/mse/key-exchange.ts'

/** The length of the protocol's name, with which a handshake in the clear begins. */
export const headerFirstByte = 19

/** Draws an MSE private key whose public key begins with this byte: one of 256 does. */
export function privateKeyFor(firstByte: number, randomBytes: RandomBytes): Uint8Array {
  for (;;) {
    const privateKey = randomBytes(privateKeyBytes)
    if (createKeyPair(() => privateKey).publicKey[0] === firstByte) return privateKey
  }
}
