import { expect, test } from 'vitest'
import { BufferPool } from '../../../simulator/network/buffer-pool.ts'
import { packetKinds, packetOf } from '../../../simulator/network/packet.ts'
import { decodePackets, encodePackets } from '../../../simulator/threads/packet-codec.ts'

const way = { atMs: 1234.000_000_1, from: 59_999, to: 3, sequence: 2 ** 40 }

test('packets of every kind are the same on the other thread', () => {
  const packets = packetKinds.map((kind, nth) =>
    packetOf(way, {
      kind,
      stream: 59_999 * 2 ** 32 + nth,
      isToDialler: nth % 2 === 0,
      fromPort: 65_535,
      toPort: 1,
      byteCount: nth * 1e6,
      bytes: new Uint8Array(nth * 100).fill(nth),
    }),
  )
  expect(decodePackets(structuredClone(encodePackets(packets, new BufferPool())), new BufferPool())).toEqual(packets)
  expect(decodePackets(encodePackets([], new BufferPool()), new BufferPool())).toEqual([])
})

test('the memory of a block goes back to the pool when it was copied out, and comes from the pool at the other end', () => {
  const [here, there] = [new BufferPool(), new BufferPool()]
  const bytes = here.lend(10_000)
  const spare = there.lend(10_000)
  there.giveBack(spare)
  const [packet] = decodePackets(encodePackets([packetOf(way, { kind: 'data', bytes })], here), there)
  expect(here.lend(10_000).buffer).toBe(bytes.buffer)
  expect(packet?.bytes.buffer).toBe(spare.buffer)
})
