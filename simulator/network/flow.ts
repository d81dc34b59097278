import type { Clock } from '../../transport/clock.ts'
import { type Downlink, packetBytes, type Sender, type Uplink } from './access-link.ts'
import type { BufferPool } from './buffer-pool.ts'

/** What is known of the way from one host to another. */
export interface Way {
  readonly clock: Clock
  readonly uplink: Uplink
  readonly downlink: Downlink
  /** How long a byte is under way beside its turns at both ends, in milliseconds. */
  readonly latencyMs: number
  /** Bytes that may be under way, or unread, at once. */
  readonly windowBytes: number
  /** The memory of what is under way. */
  readonly pool: BufferPool
  /** Whether packets get through now; `again` is called once, when they do again. */
  passes(again: () => void): boolean
}

/** What fills a flow, and hears that there is room again. */
interface Source {
  left(): void
}

/** What empties it. */
interface Sink {
  /** While it is true, what it received before has been read. */
  readonly isReading: boolean
  received(bytes: Uint8Array): void
  finished(): void
}

/** What is under way: bytes, or that nothing follows. */
type Carried = Uint8Array<ArrayBuffer> | 'finish'

/**
 * One direction of a connection. What is sent waits for the uplink of its host, is under way for the latency, then waits for the downlink;
 * a window bounds what is under way or not read, so that a reader that is slow, or shares a slow line, makes the writer wait. While the way
 * is cut, what arrives is held, as packets are sent again until they get through.
 */
export class Flow implements Sender {
  readonly #source: Source
  #way: Way | undefined
  #sink: Sink | undefined
  #queue: Uint8Array[] = []
  #queueOffset = 0
  #queuedBytes = 0
  #flightBytes = 0
  /** It waits for the uplink, or is carried. */
  #isAtUplink = false
  #carried: Uint8Array<ArrayBuffer> | undefined
  #isOfferDue = false
  #finish: 'none' | 'due' | 'sent' = 'none'
  #isCut = false
  /** What has left and has not gone through the downlink, in order, where the way is cut. */
  #held: Carried[] = []
  #isHeld = false
  /** What may be read. */
  #arrived: Carried[] = []
  /** What waits at the downlink, and when the last of it is through. */
  #waitingCount = 0
  #lastThroughAt = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** Bytes that have not left the queue. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Whether the other end was told, behind all else, that nothing follows. */
  get hasFinished(): boolean {
    return this.#finish === 'sent'
  }

  /** From now on bytes leave by `way`, and are read by `sink`. */
  start(way: Way, sink: Sink): void {
    this.#way = way
    this.#sink = sink
    this.#offerSoon()
  }

  send(chunk: Uint8Array): void {
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.length
    this.#offerSoon()
  }

  /** Tells the other end, behind all that was sent, that nothing follows. */
  finish(): void {
    if (this.#finish === 'none') this.#finish = 'due'
    this.#offerSoon()
  }

  /** Drops what is queued and finishes: what has left still arrives. */
  abandon(): void {
    this.#queue = []
    this.#queueOffset = 0
    this.#queuedBytes = 0
    this.finish()
  }

  /** Nobody reads any more. */
  cut(): void {
    this.#isCut = true
    this.#arrived = []
    this.#held = []
  }

  /** To be called when the reader goes on. */
  readOn(): void {
    queueMicrotask(() => this.#deliver())
  }

  take(byteCount: number): number {
    const count = Math.min(byteCount, this.#queuedBytes)
    if (count > 0 && this.#way) this.#carried = this.#pick(count, this.#way)
    return count
  }

  departed(): boolean {
    if (this.#carried && this.#way) this.#travel(this.#carried, this.#way)
    this.#carried = undefined
    this.#isAtUplink = this.#way !== undefined && this.#mayLeave(this.#way)
    if (!this.#isAtUplink) this.#finishIfDue()
    return this.#isAtUplink
  }

  #mayLeave(way: Way): boolean {
    return this.#queuedBytes > 0 && this.#flightBytes < way.windowBytes && !this.#isCut
  }

  /** Not at once, so that nothing happens within `send`, and what is sent at one time travels together. */
  #offerSoon(): void {
    if (this.#isOfferDue || !this.#way) return
    this.#isOfferDue = true
    queueMicrotask(() => {
      this.#isOfferDue = false
      this.#offer()
    })
  }

  #offer(): void {
    const way = this.#way
    if (this.#isAtUplink || !way) return
    if (this.#mayLeave(way)) {
      if (this.#queuedBytes < packetBytes && way.uplink.slip(this.#queuedBytes)) {
        this.#travel(this.#pick(this.#queuedBytes, way), way)
      } else {
        this.#isAtUplink = true
        way.uplink.join(this)
      }
    }
    this.#finishIfDue()
  }

  #finishIfDue(): void {
    if (this.#finish !== 'due' || this.#queuedBytes > 0 || this.#isAtUplink || !this.#way) return
    this.#finish = 'sent'
    this.#travel('finish', this.#way)
  }

  /** Copies the next bytes out of the queue. */
  #pick(byteCount: number, { pool }: Way): Uint8Array<ArrayBuffer> {
    const taken = pool.lend(byteCount)
    let filled = 0
    let done = 0
    while (filled < byteCount) {
      const chunk = this.#queue[done]
      if (chunk === undefined) break
      const part = chunk.subarray(this.#queueOffset, this.#queueOffset + byteCount - filled)
      taken.set(part, filled)
      filled += part.length
      this.#queueOffset += part.length
      if (this.#queueOffset === chunk.length) {
        this.#queueOffset = 0
        done++
      }
    }
    this.#queue.splice(0, done)
    this.#queuedBytes -= byteCount
    this.#flightBytes += byteCount
    this.#source.left()
    return taken
  }

  #travel(what: Carried, way: Way): void {
    way.clock.setTimeout(() => this.#arrive(what, way), way.latencyMs)
  }

  #arrive(what: Carried, way: Way): void {
    if (this.#isCut) return
    if (this.#isHeld || !way.passes(() => this.#resend(way))) {
      this.#isHeld = true
      this.#held.push(what)
      return
    }
    const now = way.clock.now()
    this.#lastThroughAt = Math.max(this.#lastThroughAt, throughAt(way, what === 'finish' ? 0 : what.length))
    if (this.#lastThroughAt <= now && this.#waitingCount === 0) {
      this.#through(what)
      return
    }
    this.#waitingCount++
    way.clock.setTimeout(() => {
      this.#waitingCount--
      this.#through(what)
    }, this.#lastThroughAt - now)
  }

  /** The way is open again: what was held is sent again, and what comes meanwhile waits behind it. */
  #resend(way: Way): void {
    way.clock.setTimeout(() => {
      this.#isHeld = false
      const held = this.#held
      this.#held = []
      for (const what of held) this.#arrive(what, way)
    }, way.latencyMs)
  }

  #through(what: Carried): void {
    if (this.#isCut) return
    this.#arrived.push(what)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#sink?.isReading && !this.#isCut) {
      const what = this.#arrived.shift()
      if (what === undefined) break
      if (what === 'finish') {
        this.#sink.finished()
        return
      }
      this.#flightBytes -= what.length
      this.#sink.received(what)
      // A reader that stopped amid it may hold some of it still.
      if (this.#sink.isReading) this.#way?.pool.giveBack(what)
    }
    if (!this.#isCut) this.#offer()
  }
}

/** When what arrives now is through: less than a packet goes between the packets of others, where the line carries it. */
function throughAt({ clock, downlink }: Way, byteCount: number): number {
  return byteCount < packetBytes && downlink.slip(byteCount) ? clock.now() : downlink.throughAt(byteCount)
}
