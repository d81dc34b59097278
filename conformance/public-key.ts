import { createKeyPair, privateKeyBytes, type RandomBytes } from '../transport/mse/key-exchange.ts'

/** The length of the protocol's name, with which a handshake in the clear begins. */
export const headerFirstByte = 19

/** Random bytes of which the first, an MSE private key, make a public key whose first byte is as wanted: one of 256 is, by chance. */
export function withKey(randomBytes: RandomBytes, isWanted: (firstByte: number) => boolean): RandomBytes {
  let isKey = true
  return (length) => {
    if (!isKey) return randomBytes(length)
    isKey = false
    for (;;) {
      const privateKey = randomBytes(privateKeyBytes)
      if (isWanted(createKeyPair(() => privateKey).publicKey[0] ?? 0)) return privateKey
    }
  }
}
