import { expect, test } from 'vitest'
import { HalfOpenTable, halfOpenMax } from '../../../transport/utp/half-open.ts'
import { decodePacket, encodePacket, type Packet, packetTypes } from '../../../transport/utp/packet.ts'

const from = { host: '192.0.2.1', port: 6881 }

function syn(connectionId: number, sequence = 1, payloadBytes = 0): Packet {
  const header = {
    type: packetTypes.syn,
    connectionId,
    timestamp: 1,
    timestampDifference: 0,
    window: 0,
    sequence,
    ack: 0,
  }
  const packet = decodePacket(new Uint8Array([...encodePacket(header), ...new Uint8Array(payloadBytes)]))
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

test('a SYN is known by its id, number and sender, its packets by the next id', () => {
  const table = new HalfOpenTable()
  const halfOpen = table.add(syn(5), from, 100)
  expect(table.ofSyn(syn(5), from)).toBe(halfOpen)
  expect(table.ofPacket(6, from)).toBe(halfOpen)
  expect(table.ofSyn(syn(5, 2), from)).toBeUndefined()
  expect(table.ofSyn(syn(5), { ...from, port: 1 })).toBeUndefined()
  expect(table.ofPacket(5, from)).toBeUndefined()
  table.delete(halfOpen)
  expect([table.ofSyn(syn(5), from), table.size]).toEqual([undefined, 0])
})

test('ids go round', () => {
  const table = new HalfOpenTable()
  expect(table.add(syn(0xffff), from, 100)).toBe(table.ofPacket(0, from))
})

test('a SYN of another number takes the place of the one before', () => {
  const table = new HalfOpenTable()
  table.add(syn(5), from, 100)
  table.add(syn(5, 2), from, 200)
  expect([table.ofPacket(6, from)?.sequence, table.size]).toEqual([200, 1])
})

test.each([5, 6])('a RESET with the id %d takes it back', (id) => {
  const table = new HalfOpenTable()
  table.add(syn(5), from, 100)
  table.reset(id, { ...from, port: 1 })
  expect(table.size).toBe(1)
  table.reset(id, from)
  expect(table.size).toBe(0)
})

test('no more are kept than there may be, the oldest is forgotten, and none keeps what a SYN had behind its header', () => {
  const table = new HalfOpenTable()
  for (let i = 0; i < halfOpenMax + 10; i++) table.add(syn(i), from, 0)
  expect(table.size).toBe(halfOpenMax)
  expect([table.ofSyn(syn(9), from), table.ofSyn(syn(10), from)?.from]).toEqual([undefined, from])
  const { bytes, payloadAt, selectiveAckLength } = table.add(syn(1, 1, 1000), from, 0).syn
  expect([bytes.length, payloadAt, selectiveAckLength]).toEqual([0, 0, 0])
  table.clear()
  expect(table.size).toBe(0)
})
