import type { Connection } from '../transport.ts'
import { type Bandwidth, gatesOf } from './bandwidth.ts'
import { Channel, type TurnTaker } from './channel.ts'
import type { Gate } from './gate.ts'

/** What comes within this time of a turn had waited for it, in milliseconds: a fifth of a round of turns. */
const promptMs = 10

/**
 * The reading side of a connection under limits. A turn is an amount of bytes; a connection that has read as much reads no more until the
 * next, so that the remote meets back-pressure. Reading stops for two reasons, its owner's (`hold`) and the limits', and goes on when
 * neither is left.
 */
export class Intake implements TurnTaker {
  readonly #connection: Connection
  readonly #channel: Channel
  #isHeld = false
  /** What is left to read of its turn. */
  #turnBytes = 0
  /** When its last turn began for which it had to wait, or the one behind a backlog. */
  #turnAt = Number.NEGATIVE_INFINITY
  /** Nothing has been read yet of a turn for which it had to wait. */
  #isFresh = false
  #hasBacklog = false

  /** `gates`: of the limits down that hold for it. */
  constructor(connection: Connection, gates: readonly Gate[]) {
    this.#connection = connection
    this.#channel = new Channel(gates, this)
    this.adapt()
  }

  /** Bytes a second at most; Infinity without a limit. */
  get limit(): number {
    return this.#channel.bytesPerSecond
  }

  /** Reading stands still for the sake of a limit: what the remote has sent may not be heard yet. */
  get isWaiting(): boolean {
    return this.#channel.isWaiting
  }

  /** At its last turn there was more to read than that gave, or as much. */
  get hasBacklog(): boolean {
    return this.#hasBacklog
  }

  /** One more bandwidth from now on. */
  join(bandwidth: Bandwidth): void {
    this.#channel.join(gatesOf(bandwidth).down)
    this.adapt()
  }

  /** Makes reads as small as the limits of now want them, and no larger than what is left of the turn. */
  adapt(): void {
    const { turnBytes } = this.#channel
    this.#connection.readAtMost(this.#turnBytes > 0 ? Math.min(this.#turnBytes, turnBytes) : turnBytes)
  }

  /** Reads no more until `release`. */
  hold(): void {
    this.#isHeld = true
    this.#connection.pause()
  }

  /** Goes on reading, as far as the limits let it. */
  release(): void {
    this.#isHeld = false
    if (!this.#channel.isWaiting) this.#connection.resume()
  }

  /** A read has come, at a time of the gates' clock. */
  took(byteCount: number, at: number): void {
    this.#spend(byteCount, at)
    this.adapt()
  }

  /** The connection is over. */
  stop(): void {
    this.#channel.leave()
  }

  takeTurn(at: number): number {
    this.#turnAt = at
    this.#isFresh = true
    this.#turnBytes = this.#channel.turnBytes
    this.adapt()
    if (!this.#isHeld) this.#connection.resume()
    return this.#turnBytes
  }

  #spend(byteCount: number, at: number): void {
    const { bytesPerSecond, turnBytes } = this.#channel
    if (bytesPerSecond === Number.POSITIVE_INFINITY) {
      this.#turnBytes = 0
      this.#hasBacklog = false
      return
    }
    // A read that was under way when a low limit was set may be of any size: it costs a second of silence at most.
    this.#channel.spend(Math.min(byteCount, Math.max(turnBytes, bytesPerSecond)))
    // What fills a turn in one read was there, however late a busy machine comes to read it.
    const isPrompt = at - this.#turnAt <= promptMs || (this.#isFresh && byteCount >= this.#turnBytes)
    this.#isFresh = false
    this.#turnBytes -= byteCount
    if (this.#turnBytes > 0) {
      this.#hasBacklog &&= isPrompt
      return
    }
    this.#hasBacklog = isPrompt
    this.#turnBytes = turnBytes
    if (!this.#channel.isWaiting && !this.#channel.pass()) this.#connection.pause()
    else if (isPrompt) this.#turnAt = at
  }
}
