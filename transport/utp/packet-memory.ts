import { datagramBytesMax, smallBytes } from './packet-size.ts'

/** Packets of each length that are kept for the next, at most: what a few turns of the event loop send, and 0.8 MiB in all. */
export const keptPacketsMax = 256

/** By length: what packets have at most. Of other lengths there are few, and none is kept. */
const kept = new Map<number, Uint8Array[]>([...Object.values(datagramBytesMax), smallBytes].map((most) => [most, []]))

/**
 * Memory for a packet of so many bytes: of one that was acknowledged, with what stood there, if there is any. A new one for each packet would
 * cost more than what is written into it. One store for the process, so that connections that are silent keep nothing.
 */
export function takePacket(byteCount: number): Uint8Array {
  return kept.get(byteCount)?.pop() ?? new Uint8Array(byteCount)
}

/** Nobody reads or writes this packet any more. */
export function givePacket(packet: Uint8Array): void {
  const packets = kept.get(packet.length)
  if (packets !== undefined && packets.length < keptPacketsMax) packets.push(packet)
}
