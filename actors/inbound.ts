import type { Intake } from '../transport/bandwidth/intake.ts'
import type { Clock } from '../transport/clock.ts'
import { type InputTurns, type InputWaiter, inputTurnsOf } from '../transport/input-turns.ts'
import type { Rc4 } from '../transport/mse/rc4.ts'
import type { BlockStart } from '../transport/wire/messages.ts'
import { WireReader } from '../transport/wire/reader.ts'
import type { WireSink } from '../transport/wire/sink.ts'

/** What an inbound stream works with. */
export interface InboundServices {
  readonly sink: WireSink
  /** Stands still while there is more than one turn's messages to deliver. */
  readonly intake: Intake
  /** Connections that share it share the turns of its event loop. */
  readonly clock: Clock
  /** Runs what may throw. */
  readonly guarded: (action: () => void) => void
}

/**
 * The reader of one connection: what a remote sends beyond a turn's share is processed a turn at a time, with the other connections in
 * between, and its socket is not read meanwhile.
 */
export class Inbound implements InputWaiter {
  readonly #intake: Intake
  readonly #turns: InputTurns
  readonly #guarded: InboundServices['guarded']
  readonly #reader: WireReader
  #cipher: Rc4 | undefined
  /** What is to be read, while something is. */
  #waiting: (() => void)[] | undefined
  /** It has used up its share of this turn, and is not read before the next. */
  #isWaiting = false
  #isOver = false

  constructor({ sink, intake, clock, guarded }: InboundServices) {
    this.#intake = intake
    this.#turns = inputTurnsOf(clock)
    this.#guarded = guarded
    this.#reader = new WireReader(sink)
  }

  /** What is brought by hand from inside a listener, amid a read, comes behind that read. */
  inTurn(read: () => void): void {
    if (this.#waiting) {
      this.#waiting.push(() => this.#guarded(read))
      return
    }
    this.#waiting = [read]
    try {
      for (const next of this.#waiting) next()
    } finally {
      this.#waiting = undefined
    }
  }

  /** Reads what has come; what exceeds its share of a turn when it is its turn. `isLasting`: see `WireReader`. */
  push(bytes: Uint8Array, { isLasting = false } = {}): void {
    this.#reader.push(bytes, { isLasting, costMax: this.#turns.share })
    if (this.#reader.awaitsMessages) this.#intake.hold()
    this.#count()
  }

  /** Reads what has come from the socket: it is decrypted in place first, once a cipher is agreed on. */
  read(chunk: Uint8Array, { isLasting = false } = {}): void {
    this.#cipher?.apply(chunk)
    this.push(chunk, { isLasting })
  }

  /** Everything that comes from now on is encrypted. */
  decrypt(cipher: Rc4): void {
    this.#cipher = cipher
  }

  /** Takes a message beside the stream. */
  receive(id: number, payload: Uint8Array): void {
    this.#reader.receive(id, payload)
  }

  /** Reads everything that was pushed, at once: a caller that brings it by hand has chosen how much that is. */
  readOut(): void {
    while (this.#reader.isBehind) this.#reader.readOn()
    if (!this.#isWaiting) return
    this.#turns.leave(this)
    this.#goOn()
  }

  /** The handshake is done, messages follow. */
  startMessages(maxFrameBytes: number): void {
    this.#reader.startMessages(maxFrameBytes, this.#turns.share)
    this.#intake.release()
    // Amid a read they are part of it.
    if (!this.#waiting) this.#count()
  }

  /** As the reader's. */
  get blockUnderWay(): BlockStart | undefined {
    return this.#reader.blockUnderWay
  }

  /** The longest frame has become known. */
  limitFrames(maxFrameBytes: number): void {
    this.#reader.limitFrames(maxFrameBytes)
  }

  /** Nothing more is processed, and what was not is dropped. */
  stop(): void {
    this.#isOver = true
    this.#reader.stop()
    this.#turns.leave(this)
  }

  takeTurn(costMax: number): number {
    this.inTurn(() => this.#guarded(() => this.#reader.readOn(costMax)))
    if (this.#hasMore) this.#turns.wait(this)
    else this.#goOn()
    return this.#reader.spent
  }

  #count(): void {
    this.#turns.spend(this.#reader.spent)
    if (!this.#hasMore) return
    this.#isWaiting = true
    this.#intake.hold()
    this.#turns.wait(this)
  }

  /** Or may have: it has said as much as it may. */
  get #hasMore(): boolean {
    return !this.#isOver && (this.#reader.isBehind || this.#reader.isSpent)
  }

  #goOn(): void {
    this.#isWaiting = false
    if (!this.#isOver) this.#intake.release()
  }
}
