import type { Clock } from './clock.ts'
import {
  type Address,
  type Connection,
  type ConnectionHandler,
  type TransportEnd,
  writeHighWaterBytes,
} from './transport.ts'

/** A connection driven by hand, for tests and simulations: no socket, no link. */
export interface ByHand {
  /** The remote it stands for. */
  readonly remote: Address
  /** `out`: ours is the side that dials, which speaks first. */
  readonly direction: 'in' | 'out'
  /**
   * Gets what was written, in order, one chunk a call, when the connection is flushed. The memory is the writer's: read it during
   * the call, copy what you keep, change nothing.
   */
  readonly write: (bytes: Uint8Array) => void
  /** What a connection has and this has not, by which they are told apart. */
  readonly open?: never
}

/** `new`: not opened. `opening`: `opened` is still to be called. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

/**
 * The connection behind `ByHand`: it stands as soon as it is opened, and collects what is written until `flush`. It reads
 * nothing; whoever drives it brings the bytes to its owner. What a connection reports later, it reports at the next `settle` or
 * `flush`, or when the clock has run no time at all, whichever comes first.
 */
export class HandConnection implements Connection {
  readonly kind = 'hand'
  readonly direction: 'in' | 'out'
  readonly remote: Address
  readonly #take: (bytes: Uint8Array) => void
  readonly #clock: Clock
  #stage: Stage = 'new'
  #handler: ConnectionHandler | undefined
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #drainDue = false
  #isFlushing = false
  #nextStep: (() => void) | undefined
  #timer: unknown

  constructor({ remote, direction, write }: ByHand, clock: Clock) {
    this.remote = remote
    this.direction = direction
    this.#take = write
    this.#clock = clock
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'new') {
      this.#stage = 'opening'
      this.#later(() => this.#start())
    } else {
      this.#later(() => this.#close({ code: 'destroyed' }))
    }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write')) return false
    for (const chunk of chunks) {
      this.#queue.push(chunk)
      this.#queuedBytes += chunk.length
    }
    if (this.#queuedBytes <= writeHighWaterBytes) return true
    this.#drainDue = true
    return false
  }

  pause(): void {
    this.#isUsable('pause')
  }

  resume(): void {
    this.#isUsable('resume')
  }

  readAtMost(): void {}

  end(): void {
    if (!this.#isUsable('end')) return
    this.#stage = 'ending'
    if (this.#queue.length === 0) this.#later(() => this.#close({ code: 'destroyed' }))
  }

  destroy(): void {
    if (this.#stage === 'closed') return
    this.#stage = 'ending'
    this.#drop()
    if (this.#handler !== undefined) this.#later(() => this.#close({ code: 'destroyed' }))
  }

  /** Takes the step that was left for later, if there is one: reports that it is open, or closed. */
  settle(): void {
    const step = this.#nextStep
    if (step === undefined) return
    this.#clock.clearTimeout(this.#timer)
    this.#nextStep = undefined
    step()
  }

  /**
   * Hands over everything that is queued, also what the owner adds because room came free; one that is ending is closed then. A
   * call from inside `ByHand.write` leaves the work to the flush under way. Not for the connection's owner.
   */
  flush(): void {
    if (this.#isFlushing) return
    this.settle()
    this.#isFlushing = true
    try {
      do {
        this.#handOver()
        this.#tellDrained()
      } while (this.#queue.length > 0)
    } finally {
      this.#isFlushing = false
    }
    if (this.#stage === 'ending') this.#later(() => this.#close({ code: 'destroyed' }))
    this.settle()
  }

  #start(): void {
    this.#stage = 'open'
    this.#handler?.opened()
  }

  #handOver(): void {
    for (let chunk = this.#queue.shift(); chunk !== undefined; chunk = this.#queue.shift()) {
      this.#queuedBytes -= chunk.length
      this.#take(chunk)
    }
  }

  #tellDrained(): void {
    if (!this.#drainDue || this.#stage !== 'open') return
    this.#drainDue = false
    this.#handler?.drained()
  }

  #close(end: TransportEnd): void {
    this.#stage = 'closed'
    this.#drop()
    this.#handler?.closed(end)
  }

  #drop(): void {
    this.#queue = []
    this.#queuedBytes = 0
  }

  /** Replaces the step that was to come, if any. */
  #later(step: () => void): void {
    this.#clock.clearTimeout(this.#timer)
    this.#nextStep = step
    this.#timer = this.#clock.setTimeout(() => this.settle(), 0)
  }

  #isUsable(method: string): boolean {
    if (this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open'
  }
}
