import type { BufferPool } from '../network/buffer-pool.ts'
import { type Packet, packetKinds } from '../network/packet.ts'

/** Packets as they go from thread to thread: memory that is handed over. */
export interface EncodedPackets {
  /** `numbersPerPacket` of each. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** The bytes of all, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The fields of a packet, its bytes by their length. */
const numbersPerPacket = 11

/** Copies packets out, and gives the memory of the blocks in them back to the pool. */
export function encodePackets(packets: readonly Packet[], pool: BufferPool): EncodedPackets {
  const numbers = new Float64Array(packets.length * numbersPerPacket)
  const bytes = new Uint8Array(packets.reduce((sum, packet) => sum + packet.bytes.length, 0))
  let at = 0
  let filled = 0
  for (const packet of packets) {
    numbers[at++] = packet.atMs
    numbers[at++] = packet.from
    numbers[at++] = packet.to
    numbers[at++] = packet.sequence
    numbers[at++] = packetKinds.indexOf(packet.kind)
    numbers[at++] = packet.stream
    numbers[at++] = Number(packet.isToDialler)
    numbers[at++] = packet.fromPort
    numbers[at++] = packet.toPort
    numbers[at++] = packet.byteCount
    numbers[at++] = packet.bytes.length
    bytes.set(packet.bytes, filled)
    filled += packet.bytes.length
    if (packet.kind === 'data') pool.giveBack(packet.bytes)
  }
  return { numbers, bytes }
}

/** The packets, with memory of the pool. */
export function decodePackets({ numbers, bytes }: EncodedPackets, pool: BufferPool): Packet[] {
  const packets: Packet[] = []
  let read = 0
  for (let at = 0; at < numbers.length; at += numbersPerPacket) {
    const field = (nth: number): number => numbers[at + nth] ?? 0
    const own = pool.lend(field(10))
    own.set(bytes.subarray(read, read + own.length))
    read += own.length
    packets.push({
      atMs: field(0),
      from: field(1),
      to: field(2),
      sequence: field(3),
      kind: packetKinds[field(4)] ?? 'reset',
      stream: field(5),
      isToDialler: field(6) === 1,
      fromPort: field(7),
      toPort: field(8),
      byteCount: field(9),
      bytes: own,
    })
  }
  return packets
}
