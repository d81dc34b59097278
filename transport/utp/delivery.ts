import type { ConnectionHandler } from '../transport.ts'
import type { Incoming } from './incoming.ts'

/**
 * The memory that what came in one turn is put together in, so that a block of 16 KiB is one call and not twelve. One for the process is
 * enough, as for TCP: it is filled and handed over in one go, and nobody may keep what `data` gives.
 */
const readBuffer = new Uint8Array(256 * 1024)

/** Hands the owner what has come in order, at most `byteCount` bytes a call and 256 KiB, as long as `goesOn`. */
export function deliver(
  incoming: Incoming,
  handler: ConnectionHandler,
  byteCount: number,
  goesOn: () => boolean,
): void {
  const most = Math.min(byteCount, readBuffer.length)
  while (incoming.readyBytes > 0 && goesOn()) {
    const first = incoming.take(most)
    if (first === undefined) return
    let filled = first.length
    if (filled === most || incoming.nextLength === 0) {
      handler.data(first)
      continue
    }
    readBuffer.set(first)
    while (filled < most) {
      const chunk = incoming.take(most - filled)
      if (chunk === undefined) break
      readBuffer.set(chunk, filled)
      filled += chunk.length
    }
    handler.data(readBuffer.subarray(0, filled))
  }
}
