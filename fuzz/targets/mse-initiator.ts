import type { CryptoMethod } from '../../transport/mse/crypto-method.ts'
import { keyB } from '../../transport/mse/hashes.ts'
import { initiate } from '../../transport/mse/initiator.ts'
import { createKeyPair, keyBytes } from '../../transport/mse/key-exchange.ts'
import { Rc4 } from '../../transport/mse/rc4.ts'
import { negotiated, steadyBytes } from '../engine/negotiating.ts'
import type { Target } from '../engine/target.ts'
import { counted, handshakeSeed } from '../engine/wire-seeds.ts'

const infoHash = counted(20)
const longest = keyBytes + 512 + 8 + 6 + 512
const offers: readonly (readonly CryptoMethod[])[] = [['plaintext', 'rc4'], ['rc4'], ['plaintext']]

const initiator = (offered: number) =>
  initiate({
    infoHash,
    offer: offers[offered % offers.length] ?? [],
    initialPayload: handshakeSeed,
    padding: new Uint8Array(offered % 4),
    randomBytes: steadyBytes(7),
  })

const remote = createKeyPair(steadyBytes(100))
const secret = remote.secretWith(createKeyPair(steadyBytes(7)).publicKey) as Uint8Array

/**
 * The side of MSE that dials. The first byte says what it offers, and whether the rest is a stream as it comes, or what stands behind the
 * key and a padding, which is encrypted here.
 */
export const target: Target = {
  covers: [
    'transport/mse/initiator.ts',
    'transport/mse/negotiation.ts',
    'transport/mse/script.ts',
    'transport/mse/key-exchange.ts',
  ],
  bytesMax: 4_096,
  words: [
    new Uint8Array(8),
    Uint8Array.of(0, 0, 0, 1, 0, 0),
    Uint8Array.of(0, 0, 0, 2, 0, 0),
    Uint8Array.of(2, 0),
    handshakeSeed,
  ],
  seeds: () => ({
    sealed: Uint8Array.of(0x80, ...new Uint8Array(8), 0, 0, 0, 2, 0, 3, 9, 9, 9, ...handshakeSeed),
    plaintext: Uint8Array.of(0x80, ...new Uint8Array(8), 0, 0, 0, 1, 0, 0, ...handshakeSeed),
    clear: Uint8Array.of(0, ...handshakeSeed),
    'degenerate key': Uint8Array.of(0, ...new Uint8Array(keyBytes)),
    raw: Uint8Array.of(0, ...remote.publicKey, ...sealed(new Uint8Array(14)).subarray(keyBytes)),
  }),
  run(input) {
    const [first = 0] = input
    const stream = first < 0x80 ? input.subarray(1) : sealed(input.subarray(1))
    return negotiated(() => initiator(first), stream, longest) ?? 'waits'
  },
}

function sealed(plain: Uint8Array): Uint8Array {
  const bytes = plain.slice()
  new Rc4(keyB(secret, infoHash)).apply(bytes)
  return Buffer.concat([remote.publicKey, new Uint8Array(5), bytes])
}
