import { ChunkQueue } from '../../transport/chunk-queue.ts'
import type { Clock } from '../../transport/clock.ts'
import { packetBytes, type Sender, type Uplink } from './access-link.ts'
import type { BufferPool } from './buffer-pool.ts'

/** What travels: bytes, or that nothing follows. */
export type Carried = Uint8Array<ArrayBuffer> | 'finish'

/** What is known of the way from one host to another. */
export interface Way {
  readonly clock: Clock
  readonly uplink: Uplink
  /** Bytes that may be under way, or unread, at once. */
  readonly windowBytes: number
  /** The memory of what is under way. */
  readonly pool: BufferPool
  /** It leaves now. */
  carry(what: Carried): void
}

/**
 * The sending half of one direction of a connection. What is sent waits for the uplink of its host, and leaves; a window bounds what is under
 * way or not read, so that a reader that is slow, or shares a slow line, makes the writer wait.
 */
export class Outflow implements Sender {
  readonly #way: Way
  readonly #left: () => void
  #isStarted = false
  readonly #queue = new ChunkQueue()
  #flightBytes = 0
  /** It waits for the uplink, or is carried. */
  #isAtUplink = false
  #carried: Uint8Array<ArrayBuffer> | undefined
  #isOfferDue = false
  #finish: 'none' | 'due' | 'sent' = 'none'

  /** `left` is called when bytes have left the queue. */
  constructor(way: Way, left: () => void) {
    this.#way = way
    this.#left = left
  }

  /** Bytes that have not left the queue. */
  get queuedBytes(): number {
    return this.#queue.byteCount
  }

  /** Whether the other end was told, behind all else, that nothing follows. */
  get hasFinished(): boolean {
    return this.#finish === 'sent'
  }

  /** From now on bytes leave. */
  start(): void {
    this.#isStarted = true
    this.#offerSoon()
  }

  send(chunk: Uint8Array): void {
    this.#queue.push(chunk)
    this.#offerSoon()
  }

  /** So many bytes were read at the other end. */
  makeRoom(byteCount: number): void {
    this.#flightBytes -= byteCount
    this.#offer()
  }

  /** Tells the other end, behind all that was sent, that nothing follows. */
  finish(): void {
    if (this.#finish === 'none') this.#finish = 'due'
    this.#offerSoon()
  }

  /** Drops what is queued and finishes: what has left still arrives. */
  abandon(): void {
    this.#queue.clear()
    this.finish()
  }

  take(byteCount: number): number {
    const count = Math.min(byteCount, this.#queue.byteCount)
    if (count > 0) this.#carried = this.#pick(count)
    return count
  }

  departed(): boolean {
    if (this.#carried) this.#way.carry(this.#carried)
    this.#carried = undefined
    this.#isAtUplink = this.#mayLeave()
    if (!this.#isAtUplink) this.#finishIfDue()
    return this.#isAtUplink
  }

  #mayLeave(): boolean {
    return this.#queue.byteCount > 0 && this.#flightBytes < this.#way.windowBytes
  }

  /** Not at once, so that nothing happens within `send`, and what is sent at one time travels together. */
  #offerSoon(): void {
    if (this.#isOfferDue || !this.#isStarted) return
    this.#isOfferDue = true
    queueMicrotask(() => {
      this.#isOfferDue = false
      this.#offer()
    })
  }

  #offer(): void {
    if (this.#isAtUplink || !this.#isStarted) return
    if (this.#mayLeave()) {
      if (this.#queue.byteCount < packetBytes && this.#way.uplink.slip(this.#queue.byteCount)) {
        this.#way.carry(this.#pick(this.#queue.byteCount))
      } else {
        this.#isAtUplink = true
        this.#way.uplink.join(this)
      }
    }
    this.#finishIfDue()
  }

  #finishIfDue(): void {
    if (this.#finish !== 'due' || this.#queue.byteCount > 0 || this.#isAtUplink || !this.#isStarted) return
    this.#finish = 'sent'
    this.#way.carry('finish')
  }

  /** Copies the next bytes out of the queue. */
  #pick(byteCount: number): Uint8Array<ArrayBuffer> {
    const taken = this.#way.pool.lend(byteCount)
    this.#queue.takeInto(taken)
    this.#flightBytes += byteCount
    this.#left()
    return taken
  }
}
