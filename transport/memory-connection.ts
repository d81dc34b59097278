import type { Clock } from './clock.ts'
import { MemoryPipe, type MemoryPipeOptions } from './memory-pipe.ts'
import {
  type Address,
  type Connection,
  type ConnectionHandler,
  type TransportEnd,
  writeHighWaterBytes,
} from './transport.ts'

/** What links are like. All time that passes is the clock's, all chance is `random`'s: same seed, same run. */
export interface MemoryLinkOptions extends MemoryPipeOptions {
  /**
   * Asked once a connection: after how many bytes, both directions together, the link breaks and both ends are `reset`.
   * Default never; `() => random() * 1e6` is a bad line.
   */
  readonly resetAfterBytes?: () => number
}

/** Joins two ends, both directions. Bytes flow out of each from its `start` on. */
export function link(options: MemoryLinkOptions, a: MemoryConnection, b: MemoryConnection): void {
  let bytesLeft = options.resetAfterBytes?.() ?? Number.POSITIVE_INFINITY
  const spend = (byteCount: number) => {
    bytesLeft -= byteCount
    if (bytesLeft >= 0) return true
    for (const end of [a, b]) end.close({ code: 'reset', detail: 'the link broke' })
    return false
  }
  a.join(b, spend)
  b.join(a, spend)
}

/** `new`: not opened. `opening`: `opened` is still to be called. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

/** One end of a memory link: a TCP socket's behaviour, on two pipes and the clock. */
export class MemoryConnection implements Connection {
  readonly kind = 'memory'
  readonly direction: 'in' | 'out'
  readonly remote: Address
  readonly #clock: Clock
  readonly #begin: (connection: MemoryConnection) => void
  readonly #out: MemoryPipe
  /** The other end's `#out`; none while dialling. */
  #in: MemoryPipe | undefined
  #stage: Stage = 'new'
  #isPaused = false
  #readBytesMax = Number.POSITIVE_INFINITY
  #drainDue = false
  #handler: ConnectionHandler | undefined
  #nextStep: unknown

  /** `begin` is called by `open`, and sees to it that `start` or `close` is called later. */
  constructor(
    options: MemoryPipeOptions,
    direction: 'in' | 'out',
    remote: Address,
    begin: (connection: MemoryConnection) => void,
  ) {
    this.direction = direction
    this.remote = remote
    this.#clock = options.clock
    this.#begin = begin
    this.#out = new MemoryPipe(options, this)
  }

  get queuedBytes(): number {
    return this.#out.queuedBytes
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'new') {
      this.#stage = 'opening'
      this.#begin(this)
    } else {
      this.later(0, () => this.close({ code: 'destroyed' }))
    }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write')) return false
    this.#out.push(chunks)
    if (this.#out.queuedBytes <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    if (this.#isUsable('pause')) this.#isPaused = true
  }

  resume(): void {
    if (!this.#isUsable('resume')) return
    this.#isPaused = false
    this.#in?.deliverSoon()
  }

  readAtMost(byteCount: number): void {
    this.#readBytesMax = byteCount
  }

  end(): void {
    if (!this.#isUsable('end')) return
    this.#stage = 'ending'
    this.#out.finish()
    // Reads go on, unheard, until the other end's finish comes.
    this.#in?.deliverSoon()
  }

  destroy(): void {
    if (this.#stage === 'closed') return
    this.#stage = 'ending'
    this.#in?.cut()
    this.#out.abandon()
    if (this.#handler !== undefined) this.later(0, () => this.close({ code: 'destroyed' }))
  }

  /** Makes the other end's outgoing pipe this one's incoming pipe. `spend`: see `MemoryPipe.connect`. */
  join(other: MemoryConnection, spend: (byteCount: number) => boolean): void {
    this.#in = other.#out
    this.#in.connect(this, spend)
  }

  /** Takes `step` in `ms`, in place of the one that was to come: the next of a dial, of opening or of closing. */
  later(ms: number, step: () => void): void {
    this.#clock.clearTimeout(this.#nextStep)
    this.#nextStep = this.#clock.setTimeout(step, ms)
  }

  /** The link stands. Also for a connection that was told to `end` while it dialled: its queue can leave now. */
  start(): void {
    this.#out.start()
    if (this.#stage === 'opening') {
      this.#stage = 'open'
      this.#handler?.opened()
    }
    this.#in?.deliverSoon()
  }

  /** Ends it for good. */
  close(end: TransportEnd): void {
    if (this.#stage === 'closed') return
    this.#stage = 'closed'
    this.#clock.clearTimeout(this.#nextStep)
    this.#in?.cut()
    this.#out.abandon()
    this.#handler?.closed(end)
  }

  /** Whether the incoming pipe may deliver. */
  get isReading(): boolean {
    return this.#stage === 'ending' || (this.#stage === 'open' && !this.#isPaused)
  }

  /** What the incoming pipe may deliver at once. */
  get readBytesMax(): number {
    return this.#readBytesMax
  }

  /** The incoming pipe delivers. */
  received(bytes: Uint8Array): void {
    if (this.#stage === 'open') this.#handler?.data(bytes)
  }

  /** The incoming pipe is at its end. The other end listens no more, so what this one still queues is dropped. */
  finished(): void {
    this.close({ code: this.#out.hasFinished ? 'destroyed' : 'end' })
  }

  /** The outgoing pipe has taken all that was queued. */
  drained(): void {
    if (!this.#drainDue || this.#stage !== 'open') return
    this.#drainDue = false
    this.#handler?.drained()
  }

  #isUsable(method: string): boolean {
    if (this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open'
  }
}
