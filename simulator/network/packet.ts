/**
 * What a packet is. Of a connection: `dial` asks for it, `accept` and `refuse` answer, `data` carries bytes, `room` tells that so many were
 * read, `finish` that nothing follows, `reset` that it broke. `datagram` is one of UDP, `letter` what hosts send each other beside the network's
 * lines and cuts.
 */
export const packetKinds = [
  'dial',
  'accept',
  'refuse',
  'data',
  'room',
  'finish',
  'reset',
  'datagram',
  'letter',
] as const

/** What one host sends to another: all that hosts know of each other's doings. */
export interface Packet {
  /** When it arrives, in milliseconds. */
  readonly atMs: number
  /** The numbers of the hosts. */
  readonly from: number
  readonly to: number
  /** How many packets its host has sent before: of those that arrive at one time, it decides which is first. */
  readonly sequence: number
  readonly kind: (typeof packetKinds)[number]
  /** The connection, by the number that the host that dialled has given it; and whether it goes to that host. */
  readonly stream: number
  readonly isToDialler: boolean
  /** Of `dial` and `datagram`. */
  readonly fromPort: number
  readonly toPort: number
  /** Of `room`. */
  readonly byteCount: number
  /** Of `data`, `datagram` and `letter`: the receiver's to change. Memory of `data` is used again when it was read. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What there is to say of a packet beside its hosts and its time. */
export type PacketContent = Pick<Packet, 'kind'> &
  Partial<Pick<Packet, 'stream' | 'isToDialler' | 'fromPort' | 'toPort' | 'byteCount' | 'bytes'>>

const noBytes = new Uint8Array(0)

/** A packet with all its fields, whatever it is: so all of them are alike to the engine. */
export function packetOf(way: Pick<Packet, 'atMs' | 'from' | 'to' | 'sequence'>, content: PacketContent): Packet {
  const { kind, stream = 0, isToDialler = false, fromPort = 0, toPort = 0, byteCount = 0, bytes = noBytes } = content
  const { atMs, from, to, sequence } = way
  return { atMs, from, to, sequence, kind, stream, isToDialler, fromPort, toPort, byteCount, bytes }
}

/** In the order in which they arrive: by time, then by host, then as they were sent. */
export const inOrderOfArrival = (one: Packet, other: Packet): number =>
  one.atMs - other.atMs || one.from - other.from || one.sequence - other.sequence
