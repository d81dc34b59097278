import { pooledBytesMin } from '../network/buffer-pool.ts'
import { type Packet, packetKinds } from '../network/packet.ts'

/** Packets as they go from thread to thread. */
export interface EncodedPackets {
  /** `numbersPerPacket` of each. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** The bytes of the small ones, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Those of the large ones, as they are: memory of the pool. */
  readonly large: readonly ArrayBuffer[]
}

/** The fields of a packet, its bytes by their length. */
const numbersPerPacket = 11

/** What is lent by the pool is handed over; what is smaller costs less to copy. */
const isLarge = (byteCount: number): boolean => byteCount >= pooledBytesMin

/** Puts packets together. Their memory is the other thread's from then on: all of `memoryOf` has to be transferred. */
export function encodePackets(packets: readonly Packet[]): EncodedPackets {
  const numbers = new Float64Array(packets.length * numbersPerPacket)
  const small = packets.filter((packet) => !isLarge(packet.bytes.length))
  const bytes = new Uint8Array(small.reduce((sum, packet) => sum + packet.bytes.length, 0))
  const large: ArrayBuffer[] = []
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
    if (isLarge(packet.bytes.length)) {
      large.push(packet.bytes.buffer)
    } else {
      bytes.set(packet.bytes, filled)
      filled += packet.bytes.length
    }
  }
  return { numbers, bytes, large }
}

/** All memory that goes to the other thread. */
export const memoryOf = ({ bytes, large, numbers }: EncodedPackets): ArrayBuffer[] => [
  numbers.buffer,
  bytes.buffer,
  ...large,
]

/** The packets. Memory that was of the other thread's pool goes to that of this one when it is given back. */
export function decodePackets({ bytes, large, numbers }: EncodedPackets): Packet[] {
  const packets: Packet[] = []
  let read = 0
  let taken = 0
  for (let at = 0; at < numbers.length; at += numbersPerPacket) {
    const field = (nth: number): number => numbers[at + nth] ?? 0
    const byteCount = field(10)
    let own: Uint8Array<ArrayBuffer>
    if (isLarge(byteCount)) {
      own = new Uint8Array(large[taken++] ?? new ArrayBuffer(byteCount), 0, byteCount)
    } else {
      own = new Uint8Array(byteCount)
      own.set(bytes.subarray(read, read + byteCount))
      read += byteCount
    }
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
