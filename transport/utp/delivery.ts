import type { ConnectionHandler } from '../transport.ts'
import type { UtpHost } from './host.ts'
import type { Incoming } from './incoming.ts'

/**
 * The memory that what came in a few turns is put together in, so that a block of 16 KiB is one call and not twelve. One for the process is
 * enough, as for TCP: it is filled and handed over in one go, and nobody may keep what `data` gives.
 */
const readBuffer = new Uint8Array(256 * 1024)

/** Bytes that the owner is called for while more come: eight blocks. A call costs it several times what a block does. */
export const worthBytes = 128 * 1024

/** Turns of the event loop for which bytes wait for more, at most. They follow each other at once. */
export const waitsMax = 3

/** When the owner of a connection is handed what has come in order. */
export class Delivery {
  readonly #host: Pick<UtpHost, 'hasMore'>
  readonly #goesOn: () => boolean
  readonly #again: () => void
  #waits = 0

  /** `goesOn`: whether the owner wants it; `again`: has `deliver` be called in the next turn, whatever comes. */
  constructor(host: Pick<UtpHost, 'hasMore'>, goesOn: () => boolean, again: () => void) {
    this.#host = host
    this.#goesOn = goesOn
    this.#again = again
  }

  /** Hands over what is there, at most `byteCount` bytes a call and 256 KiB; or leaves it for the next turn, when more comes with it. */
  deliver(incoming: Incoming, handler: ConnectionHandler, byteCount: number): void {
    if (incoming.readyBytes === 0 || !this.#goesOn()) return
    const isWorthACall = incoming.readyBytes >= Math.min(worthBytes, byteCount) || incoming.hasEnded
    if (isWorthACall || !this.#host.hasMore || this.#waits === waitsMax) {
      this.#waits = 0
      this.#handOver(incoming, handler, Math.min(byteCount, readBuffer.length))
      return
    }
    this.#waits++
    this.#again()
  }

  #handOver(incoming: Incoming, handler: ConnectionHandler, most: number): void {
    while (incoming.readyBytes > 0 && this.#goesOn()) {
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
}
