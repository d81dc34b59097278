import { keyA, req1, req2, req3, xor } from '../../transport/mse/hashes.ts'
import { initiate } from '../../transport/mse/initiator.ts'
import { createKeyPair, keyBytes } from '../../transport/mse/key-exchange.ts'
import { Rc4 } from '../../transport/mse/rc4.ts'
import { initialPayloadBytesMax, respond } from '../../transport/mse/responder.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { negotiated, steadyBytes } from '../engine/negotiating.ts'
import type { Target } from '../engine/target.ts'
import { counted, handshakeSeed } from '../engine/wire-seeds.ts'

const infoHash = counted(20)
const table = new SkeyTable([infoHash])
const longest = keyBytes + 512 + 20 + 20 + 14 + 512 + 2 + initialPayloadBytesMax

const responder = (takes: number) =>
  respond({
    lookup: (hash) => table.find(hash),
    select: (offered) => (takes % 2 === 0 ? offered.at(-1) : offered.find((one) => one === 'rc4')),
    padding: new Uint8Array(takes % 4),
    randomBytes: steadyBytes(7),
  })

const remote = createKeyPair(steadyBytes(100))
const secret = remote.secretWith(createKeyPair(steadyBytes(7)).publicKey) as Uint8Array

/**
 * The side of MSE that accepts. The first byte says which methods it takes, and whether the rest is a stream as it comes, or the sealed part
 * alone, which is encrypted here.
 */
export const target: Target = {
  covers: [
    'transport/mse/responder.ts',
    'transport/mse/negotiation.ts',
    'transport/mse/script.ts',
    'transport/mse/crypto-method.ts',
  ],
  bytesMax: 8_192,
  words: [
    new Uint8Array(8),
    Uint8Array.of(0, 0, 0, 3),
    Uint8Array.of(0, 0, 0, 1),
    Uint8Array.of(0, 0, 0, 2),
    Uint8Array.of(2, 0),
    handshakeSeed,
  ],
  seeds: () => {
    const dialled = initiate({
      infoHash,
      offer: ['plaintext', 'rc4'],
      initialPayload: handshakeSeed,
      padding: new Uint8Array(3),
      randomBytes: steadyBytes(100),
    })
    const answer = responder(0)
    const sent: Uint8Array[] = []
    const toAnswer = dialled.start()
    for (const output of toAnswer) if (output.type === 'write') sent.push(output.bytes.slice())
    for (const output of answer.start().concat(answer.push(Buffer.concat(sent)))) {
      if (output.type !== 'write') continue
      for (const next of dialled.push(output.bytes.slice())) if (next.type === 'write') sent.push(next.bytes.slice())
    }
    return {
      whole: Buffer.concat([Uint8Array.of(0), ...sent]),
      sealed: Buffer.concat([
        Uint8Array.of(0x80),
        new Uint8Array(8),
        Uint8Array.of(0, 0, 0, 3, 0, 2, 0, 0, 0, 68),
        handshakeSeed,
        Buffer.from('behind'),
      ]),
      clear: Buffer.concat([Uint8Array.of(1), handshakeSeed]),
    }
  },
  run(input) {
    const [first = 0] = input
    const stream = first < 0x80 ? input.subarray(1) : sealed(input.subarray(1))
    return negotiated(() => responder(first), stream, longest) ?? 'waits'
  },
}

function sealed(plain: Uint8Array): Uint8Array {
  const bytes = plain.slice()
  new Rc4(keyA(secret, infoHash)).apply(bytes)
  return Buffer.concat([remote.publicKey, req1(secret), xor(req2(infoHash), req3(secret)), bytes])
}
