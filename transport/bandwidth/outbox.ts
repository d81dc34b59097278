import type { Block } from '../wire/messages.ts'
import { type Bandwidth, gatesOf } from './bandwidth.ts'
import { Channel, type TurnTaker } from './channel.ts'

/** Who writes for an outbox. */
export interface Writer {
  /** Writes one block at once; `wrote` and `fill` hear of it as of every write. */
  writeBlock(block: Block): void
  /** No block waits any more, and the socket has room. */
  outboxDrained(): void
}

/**
 * The writing side of a connection under limits. Blocks wait here for their turn, in order, and go one at a time; every other
 * message is written past them at once and only spent, as a choke or a reject that waits behind blocks comes too late.
 */
export class Outbox implements TurnTaker {
  readonly #writer: Writer
  readonly #channel: Channel
  #held: Block[] = []
  /** The socket is above its high-water mark. */
  #isFull = false

  constructor(writer: Writer, bandwidths: readonly Bandwidth[]) {
    this.#writer = writer
    const gates = bandwidths.map((bandwidth) => gatesOf(bandwidth).up)
    this.#channel = new Channel(gates, this)
  }

  /** Bytes a second at most; Infinity without a limit. */
  get limit(): number {
    return this.#channel.bytesPerSecond
  }

  /** Nothing holds blocks back: they need not pass through here. */
  get isFree(): boolean {
    return this.#held.length === 0 && this.#channel.bytesPerSecond === Number.POSITIVE_INFINITY
  }

  /** One more bandwidth from now on. */
  join(bandwidth: Bandwidth): void {
    this.#channel.join(gatesOf(bandwidth).up)
  }

  /** Takes blocks to be written as the limits allow. Answers false when some wait; `outboxDrained` follows. */
  push(blocks: readonly Block[]): boolean {
    for (const block of blocks) this.#held.push(block)
    this.#pump()
    return this.#held.length === 0
  }

  /** So many bytes have been written, of whatever message. */
  wrote(byteCount: number): void {
    this.#channel.spend(byteCount)
  }

  /** A write went above the socket's high-water mark. */
  fill(): void {
    this.#isFull = true
  }

  /** The socket's queue is empty again. */
  drained(): void {
    this.#isFull = false
    this.#pump()
    this.#tellIfDrained()
  }

  /** The connection is over: what waits is dropped. */
  stop(): void {
    this.#held = []
    this.#channel.leave()
  }

  takeTurn(): number {
    if (this.#isFull) return 0
    this.#writeNext()
    this.#pump()
    this.#tellIfDrained()
    return 0
  }

  #pump(): void {
    while (this.#held.length > 0 && !this.#isFull && this.#channel.pass()) this.#writeNext()
  }

  #writeNext(): void {
    const block = this.#held.shift()
    if (block) this.#writer.writeBlock(block)
  }

  #tellIfDrained(): void {
    if (this.#held.length === 0 && !this.#isFull) this.#writer.outboxDrained()
  }
}
