import { expect, test } from 'vitest'
import { BufferPool } from '../../../simulator/network/buffer-pool.ts'
import { type Packet, packetKinds, packetOf } from '../../../simulator/network/packet.ts'
import { decodePackets, encodePackets, memoryOf } from '../../../simulator/threads/packet-codec.ts'

const way = { atMs: 1234.000_000_1, from: 59_999, to: 3, sequence: 2 ** 40 }

/** As they come to the other thread. */
function sent(packets: readonly Packet[]): Packet[] {
  const encoded = encodePackets(packets)
  return decodePackets(structuredClone(encoded, { transfer: memoryOf(encoded) }))
}

test('packets of every kind are the same on the other thread, small or large', () => {
  const made = () =>
    packetKinds.map((kind, nth) =>
      packetOf(way, {
        kind,
        stream: 59_999 * 2 ** 32 + nth,
        isToDialler: nth % 2 === 0,
        fromPort: 65_535,
        toPort: 1,
        byteCount: nth * 1e6,
        bytes: new Uint8Array(nth * 1_000).fill(nth),
      }),
    )
  expect(sent(made())).toEqual(made())
  expect(sent([])).toEqual([])
})

test('the memory of a block is handed over, not copied, and is of use to the pool of the other thread', () => {
  const here = new BufferPool()
  const there = new BufferPool()
  const bytes = here.lend(10_000)
  const [packet] = sent([packetOf(way, { kind: 'data', bytes })])
  expect(bytes.buffer.byteLength).toBe(0)
  if (packet) there.giveBack(packet.bytes)
  expect(there.lend(12_000).buffer).toBe(packet?.bytes.buffer)
})
