import { ChunkQueue } from './chunk-queue.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** What one direction of a link is like. */
export interface MemoryPipeOptions {
  readonly clock: Clock
  readonly random: Random
  /** How long a byte is under way, one direction. Default 0: it still arrives by a timer, never within `write`. */
  readonly latencyMs?: number
  /** What each direction carries. Default: no limit. */
  readonly bytesPerSecond?: number
  /** Cuts the stream at random places, down to one byte a read. Default false. */
  readonly fragment?: boolean
}

/** What fills a pipe. */
interface Source {
  drained(): void
}

/** What empties it. Nothing is delivered while `isReading` is false, and no more than `readBytesMax` at once. */
interface Sink {
  readonly isReading: boolean
  readonly readBytesMax: number
  received(bytes: Uint8Array): void
  finished(): void
}

/** Bytes that left the queue together, or the finish. */
interface Segment {
  readonly bytes: Uint8Array | 'finish'
  readonly arrivesAtMs: number
}

/** The most one read brings, as with a socket. */
const segmentBytesMax = 256 * 1024

/** The least a slow link sends at a time: an Ethernet packet's payload. */
const packetBytes = 1448

/** What stands in the buffers of both hosts, beyond the bytes a limited link has under way. */
const bufferBytes = 64 * 1024

/** The same for a link without limit: 20 MB/s at 50 ms of latency. */
const unlimitedWindowBytes = 1024 * 1024

/**
 * One direction of a memory link: a queue of the writer's own chunks, then a bounded window of copies under way. So the
 * writer's memory is free when `queuedBytes` has gone down, the reader may write into what it gets (RC4 decrypts in place),
 * and a reader that stops makes the queue stand.
 */
export class MemoryPipe {
  readonly #clock: Clock
  readonly #random: Random | undefined
  readonly #latencyMs: number
  readonly #bytesPerSecond: number
  readonly #windowBytes: number
  readonly #segmentBytes: number
  readonly #source: Source
  #sink: Sink | undefined
  #spend: (byteCount: number) => boolean = () => true

  readonly #queue = new ChunkQueue()
  #flight: Segment[] = []
  #flightBytes = 0
  #linkFreeAtMs = 0
  #isStarted = false
  #isCut = false
  #finish: 'none' | 'due' | 'sent' = 'none'
  #sendTimer: unknown
  #deliverTimer: unknown

  constructor(options: MemoryPipeOptions, source: Source) {
    const { latencyMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = options
    const isLimited = Number.isFinite(bytesPerSecond)
    this.#clock = options.clock
    this.#random = options.fragment ? options.random : undefined
    this.#latencyMs = latencyMs
    this.#bytesPerSecond = bytesPerSecond
    // A limited link is cut into 10 ms, so that bytes trickle in instead of coming in a lump at the end.
    this.#segmentBytes = Math.min(segmentBytesMax, Math.max(packetBytes, Math.ceil(bytesPerSecond / 100)))
    this.#windowBytes = isLimited
      ? Math.max(bufferBytes, this.#segmentBytes) + (bytesPerSecond * latencyMs) / 1000
      : unlimitedWindowBytes
    this.#source = source
  }

  /** Bytes the link has not taken. */
  get queuedBytes(): number {
    return this.#queue.byteCount
  }

  /** Whether all that was pushed has left, and the finish behind it. */
  get hasFinished(): boolean {
    return this.#finish === 'sent'
  }

  /** Says what reads. `spend` is asked before each delivery and answers false when the link has just broken. */
  connect(sink: Sink, spend: (byteCount: number) => boolean): void {
    this.#sink = sink
    this.#spend = spend
  }

  /** From now on bytes leave. */
  start(): void {
    this.#isStarted = true
    this.#sendSoon()
  }

  push(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue
      this.#queue.push(chunk)
    }
    this.#sendSoon()
  }

  /** Tells the reader, behind all that was pushed, that nothing follows. */
  finish(): void {
    if (this.#finish === 'none') this.#finish = 'due'
    this.#sendSoon()
  }

  /** Drops what is queued and finishes: what has left still arrives. */
  abandon(): void {
    this.#queue.clear()
    this.#isStarted = true
    this.finish()
  }

  /** Nobody reads any more: drops what is under way, and all that would come. */
  cut(): void {
    this.#isCut = true
    this.#flight = []
    this.#clock.clearTimeout(this.#sendTimer)
    this.#clock.clearTimeout(this.#deliverTimer)
  }

  /** To be called when the reader begins, or goes on, reading. */
  deliverSoon(): void {
    const next = this.#flight[0]
    if (next === undefined || this.#deliverTimer !== undefined || !this.#sink?.isReading) return
    const waitMs = Math.max(0, next.arrivesAtMs - this.#clock.now())
    this.#deliverTimer = this.#clock.setTimeout(() => this.#deliver(), waitMs)
  }

  /** By a timer, so that nothing happens within `push`, and what is pushed at one time travels together. */
  #sendSoon(): void {
    if (this.#sendTimer !== undefined || !this.#mayFlow || (this.#queue.byteCount === 0 && this.#finish !== 'due'))
      return
    this.#sendTimer = this.#clock.setTimeout(() => {
      this.#sendTimer = undefined
      this.#send()
    }, 0)
  }

  get #mayFlow(): boolean {
    return this.#isStarted && !this.#isCut && this.#sink !== undefined
  }

  #send(): void {
    if (!this.#mayFlow) return
    const hadQueue = this.#queue.byteCount > 0
    while (this.#queue.byteCount > 0 && this.#flightBytes < this.#windowBytes) {
      // Not cut to the room in the window, or segments would only ever get smaller. Fragments are spread evenly over the
      // orders of magnitude: single bytes are as likely as whole segments.
      const wishedBytes = this.#random === undefined ? this.#segmentBytes : this.#segmentBytes ** this.#random()
      const bytes = new Uint8Array(Math.min(this.#queue.byteCount, Math.floor(wishedBytes)))
      this.#queue.takeInto(bytes)
      this.#flightBytes += bytes.length
      this.#depart(bytes)
    }
    if (this.#queue.byteCount === 0 && this.#finish === 'due') {
      this.#finish = 'sent'
      this.#depart('finish')
    }
    this.deliverSoon()
    if (hadQueue && this.#queue.byteCount === 0) this.#source.drained()
  }

  #depart(bytes: Uint8Array | 'finish'): void {
    const carryMs = bytes === 'finish' ? 0 : (bytes.length / this.#bytesPerSecond) * 1000
    this.#linkFreeAtMs = Math.max(this.#linkFreeAtMs, this.#clock.now()) + carryMs
    this.#flight.push({ bytes, arrivesAtMs: this.#linkFreeAtMs + this.#latencyMs })
  }

  /** Delivers what is due, which the first segment is by rounding of times at the latest. */
  #deliver(): void {
    this.#deliverTimer = undefined
    const nowMs = this.#clock.now()
    let dueCount = 1
    while ((this.#flight[dueCount]?.arrivesAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) dueCount++
    for (let index = 0; index < dueCount && this.#sink?.isReading; index++) {
      const segment = this.#flight.shift()
      if (segment === undefined) return
      if (segment.bytes === 'finish') {
        this.#sink.finished()
        return
      }
      const bytes = segment.bytes.subarray(0, this.#sink.readBytesMax)
      if (bytes.length < segment.bytes.length) {
        this.#flight.unshift({ ...segment, bytes: segment.bytes.subarray(bytes.length) })
        dueCount++
      }
      this.#flightBytes -= bytes.length
      if (!this.#spend(bytes.length)) return
      this.#sink.received(bytes)
      // As a socket reads into the same memory again: code that kept the bytes without a copy finds out here.
      bytes.fill(0)
    }
    this.#send()
    this.deliverSoon()
  }
}
