import { isDeepStrictEqual } from 'node:util'
import { decodePacket, encodePacket, headerBytes, pad, withoutPadding } from '../../transport/utp/packet.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const header = {
  type: 0,
  connectionId: 7,
  timestamp: 1,
  timestampDifference: 2,
  window: 3,
  sequence: 4,
  ack: 5,
} as const

/** uTP packets (BEP 29): what a packet says stands in it, is written as it was read, and is the same with padding. */
export const target: Target = {
  covers: ['transport/utp/packet.ts'],
  bytesMax: 1_500,
  words: [Uint8Array.of(0x01, 0x01), Uint8Array.of(0, 4), Uint8Array.of(1, 4), Uint8Array.of(0x41, 0)],
  seeds: () => ({
    data: Buffer.concat([encodePacket(header), Buffer.from('payload')]),
    mask: encodePacket({ ...header, type: 2 }, counted(4)),
    syn: encodePacket({ ...header, type: 4 }),
    reset: encodePacket({ ...header, type: 3 }),
  }),
  run(input) {
    const packet = decodePacket(input)
    if (typeof packet === 'string') return packet
    const { bytes, payloadAt, selectiveAckAt, selectiveAckLength, ...said } = packet
    must(bytes === input && payloadAt >= headerBytes && payloadAt <= input.length, 'the payload stands in the packet')
    must(selectiveAckAt + selectiveAckLength <= payloadAt, 'a mask stands before the payload')
    const mask = input.subarray(selectiveAckAt, selectiveAckAt + selectiveAckLength)
    if (mask.length > 32 || mask.length % 4 !== 0) return 'odd mask'
    const written = decodePacket(Buffer.concat([encodePacket(said, mask), input.subarray(payloadAt)]))
    must(typeof written === 'object', 'what was written is a packet')
    const { bytes: _, payloadAt: __, selectiveAckAt: maskAt, selectiveAckLength: maskLength, ...again } = written
    must(isDeepStrictEqual(again, said), 'its header is written as it was read')
    must(Buffer.compare(written.bytes.subarray(maskAt, maskAt + maskLength), mask) === 0, 'and so is its mask')
    const bare = encodePacket(said)
    const padding = 12 + (input.length % 600)
    const padded = new Uint8Array(bare.length + padding)
    padded.set(bare)
    pad(padded, padding)
    const read = decodePacket(padded)
    must(typeof read === 'object' && read.payloadAt === padded.length, 'padding is no payload')
    must(Buffer.compare(withoutPadding(padded, padding), bare) === 0, 'without its padding it is as it was')
    return `${said.type}`
  },
}
