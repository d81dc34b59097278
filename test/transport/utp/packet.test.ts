import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodePacket,
  encodePacket,
  headerBytes,
  type Packet,
  type PacketFault,
  type PacketHeader,
  packetTypes,
  pad,
  refreshHeader,
  selectiveAckBytesMax,
  withoutPadding,
  writeHeader,
} from '../../../transport/utp/packet.ts'

const header: PacketHeader = {
  type: packetTypes.state,
  connectionId: 0x1234,
  timestamp: 0x89abcdef,
  timestampDifference: 0xfedcba98,
  window: 0x00100000,
  sequence: 0xfffe,
  ack: 0x0102,
}
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const plain = '21 00 1234 89abcdef fedcba98 00100000 fffe 0102'

function packetIn(bytes: Uint8Array): Packet {
  const packet = decodePacket(bytes)
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

const payloadOf = (packet: Packet): Uint8Array => packet.bytes.subarray(packet.payloadAt)
const maskOf = ({ bytes, selectiveAckAt, selectiveAckLength }: Packet): Uint8Array =>
  bytes.slice(selectiveAckAt, selectiveAckAt + selectiveAckLength)

test('padding of any length is extensions that are skipped, the first of which libutp takes, and can be taken off', () => {
  const payload = bytesOf('01 02 03')
  for (let paddingBytes = 12; paddingBytes <= 1400; paddingBytes++) {
    const packet = new Uint8Array(headerBytes + paddingBytes + payload.length)
    writeHeader(packet, { ...header, type: packetTypes.data })
    const bare = Uint8Array.from([...packet.subarray(0, headerBytes), ...payload])
    packet.set(payload, headerBytes + paddingBytes)
    pad(packet, paddingBytes)
    expect([packet[1], packet[headerBytes + 1]]).toEqual([2, 8])
    expect(payloadOf(packetIn(packet))).toEqual(payload)
    expect(packetIn(packet).selectiveAckLength).toBe(0)
    expect(withoutPadding(packet, paddingBytes)).toEqual(bare)
  }
})

test('a header has 20 bytes, big-endian, type and version in the first (BEP 29)', () => {
  expect(encodePacket(header)).toEqual(bytesOf(plain))
  expect(packetIn(bytesOf(plain))).toMatchObject({ ...header, selectiveAckLength: 0, payloadAt: headerBytes })
})

test('a selective acknowledgement stands between header and payload', () => {
  const mask = Uint8Array.of(1, 2, 3, 0x80)
  const packet = encodePacket(header, mask)
  expect(packet).toEqual(bytesOf(`${plain.replace('21 00', '21 01')}00 04 01020380`))
  expect(maskOf(packetIn(packet))).toEqual(mask)
  const withPayload = packetIn(Uint8Array.of(...packet, 9, 8, 7))
  expect(payloadOf(withPayload)).toEqual(Uint8Array.of(9, 8, 7))
})

test('an empty mask is not written', () => {
  expect(encodePacket(header, new Uint8Array(0))).toEqual(bytesOf(plain))
})

test('an unknown extension is skipped, before a selective acknowledgement and behind it', () => {
  const before = packetIn(bytesOf(`${plain.replace('21 00', '21 02')} 01 08 0000000000000000 00 04 ffffffff 61`))
  expect(maskOf(before)).toEqual(bytesOf('ffffffff'))
  expect(payloadOf(before)).toEqual(bytesOf('61'))
  const behind = packetIn(bytesOf(`${plain.replace('21 00', '21 01')} c8 04 01000000 00 00 61`))
  expect(maskOf(behind)).toEqual(bytesOf('01000000'))
  expect(payloadOf(behind)).toEqual(bytesOf('61'))
})

test('a mask of any length is taken, none too, and the first of several counts', () => {
  expect(maskOf(packetIn(bytesOf(`${plain.replace('21 00', '21 01')} 00 03 010203`)))).toEqual(bytesOf('010203'))
  expect(packetIn(bytesOf(`${plain.replace('21 00', '21 01')} 00 00`)).selectiveAckLength).toBe(0)
  expect(maskOf(packetIn(bytesOf(`${plain.replace('21 00', '21 01')} 01 01 aa 00 01 bb`)))).toEqual(bytesOf('aa'))
})

describe('a datagram that is no packet is refused with its reason', () => {
  test.each<[string, PacketFault, string]>([
    ['nothing', 'too_short', ''],
    ['a header cut by a byte', 'too_short', plain.slice(0, -2)],
    ['version 0', 'unknown_version', plain.replace('21', '20')],
    ['version 2', 'unknown_version', plain.replace('21', '22')],
    ['type 5', 'unknown_type', plain.replace('21', '51')],
    ['a query of the DHT', 'too_short', Buffer.from('d1:y1:qe').toString('hex')],
    ['an extension without its header', 'broken_extension', plain.replace('21 00', '21 01')],
    ['an extension without its length', 'broken_extension', `${plain.replace('21 00', '21 01')} 00`],
    ['an extension beyond the end', 'broken_extension', `${plain.replace('21 00', '21 01')} 00 04 010203`],
    ['a second extension without its header', 'broken_extension', `${plain.replace('21 00', '21 01')} 02 01 aa`],
  ])('%s', (_, fault, hex) => {
    expect(decodePacket(bytesOf(hex))).toBe(fault)
  })
})

test('what changes with each sending is brought up to date, and nothing else', () => {
  const packet = Uint8Array.of(...encodePacket({ ...header, type: packetTypes.data }), 1, 2)
  refreshHeader(packet, { timestamp: 1, timestampDifference: 2, window: 3, ack: 4 })
  const { type, connectionId, sequence } = header
  expect(packetIn(packet)).toMatchObject({
    connectionId,
    sequence,
    timestamp: 1,
    timestampDifference: 2,
    window: 3,
    ack: 4,
  })
  expect(packetIn(packet).type).not.toBe(type)
  expect(payloadOf(packetIn(packet))).toEqual(Uint8Array.of(1, 2))
})

const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const headers: fc.Arbitrary<PacketHeader> = fc.record({
  type: fc.constantFrom(...Object.values(packetTypes)),
  connectionId: u16,
  timestamp: u32,
  timestampDifference: u32,
  window: u32,
  sequence: u16,
  ack: u16,
})

test('what is written is read', () => {
  const masks = fc
    .integer({ min: 0, max: selectiveAckBytesMax / 4 })
    .chain((words) => fc.uint8Array({ minLength: 4 * words, maxLength: 4 * words }))
  fc.assert(
    fc.property(headers, masks, fc.uint8Array(), (written, mask, payload) => {
      const packet = packetIn(Uint8Array.of(...encodePacket(written, mask), ...payload))
      expect(packet).toMatchObject(written)
      expect(maskOf(packet)).toEqual(mask)
      expect(payloadOf(packet)).toEqual(payload)
    }),
    { numRuns: 50 },
  )
})

test('any bytes give a packet within them or a reason, whatever its first byte says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isLikely) => {
      if (isLikely && bytes.length > 1) bytes.set([0x21, 1])
      const packet = decodePacket(bytes)
      if (typeof packet === 'string') return
      expect(packet.payloadAt).toBeGreaterThanOrEqual(headerBytes)
      expect(packet.payloadAt).toBeLessThanOrEqual(bytes.length)
      expect(packet.selectiveAckAt + packet.selectiveAckLength).toBeLessThanOrEqual(packet.payloadAt)
    }),
    { numRuns: 300 },
  )
})

test('a header goes over what stood there', () => {
  const packet = new Uint8Array(24).fill(0xff)
  writeHeader(packet, header)
  expect(packet).toEqual(Uint8Array.of(...bytesOf(plain), 0xff, 0xff, 0xff, 0xff))
})
