import type { Message } from '../wire/messages.ts'
import { type Bandwidth, gatesOf } from './bandwidth.ts'
import { Channel, type TurnTaker } from './channel.ts'
import type { Gate } from './gate.ts'

/** An extended message with more payload waits as a block does: metadata (BEP 9). PEX and the like stay below 2 KiB. */
const smallBytesMax = 4 * 1024

/** What each extended message counts beside its payload: its frame, so that an empty one counts too. */
const extendedFrameBytes = 6

/** What writes for an outbox. */
export interface Writer {
  /** Writes a message at once; `wrote` and `fill` hear of it as of every write. */
  writeMessage(message: Message): void
  /** No message waits any more, and the socket has room. */
  outboxDrained(): void
}

/**
 * The writing side of a connection under limits. Blocks and large extended messages wait here for their turn, in order, and go
 * one at a time; every other message is written past them at once and only spent, as a choke or a reject that waits behind
 * blocks comes too late. Of extended messages none overtakes another.
 */
export class Outbox implements TurnTaker {
  readonly #writer: Writer
  readonly #channel: Channel
  #held: Message[] = []
  /** Of the extended messages that wait. */
  #extendedBytes = 0
  /** The socket is above its high-water mark. */
  #isFull = false

  /** `gates`: of the limits up that hold for it. */
  constructor(writer: Writer, gates: readonly Gate[]) {
    this.#writer = writer
    this.#channel = new Channel(gates, this)
  }

  /** Bytes a second at most; Infinity without a limit. */
  get limit(): number {
    return this.#channel.bytesPerSecond
  }

  /** Bytes of extended messages that wait. How many blocks do is the peer's to bound. */
  get extendedBytes(): number {
    return this.#extendedBytes
  }

  /** Whether a message may be written at once; one that may not is to be pushed. */
  letsPass(message: Message): boolean {
    if (message.name !== 'piece' && message.name !== 'extended') return true
    if (this.#held.length === 0 && this.#channel.bytesPerSecond === Number.POSITIVE_INFINITY) return true
    return message.name === 'extended' && message.payload.length <= smallBytesMax && this.#extendedBytes === 0
  }

  /** One more bandwidth from now on. */
  join(bandwidth: Bandwidth): void {
    this.#channel.join(gatesOf(bandwidth).up)
  }

  /** Takes a message to be written as the limits allow, block by block. Answers false when some wait; `outboxDrained` follows. */
  push(message: Message): boolean {
    if (message.name === 'piece')
      for (const block of message.blocks) this.#held.push({ name: 'piece', blocks: [block] })
    else this.#held.push(message)
    this.#extendedBytes += extendedBytesOf(message)
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
    this.#extendedBytes = 0
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
    const message = this.#held.shift()
    if (!message) return
    this.#extendedBytes -= extendedBytesOf(message)
    this.#writer.writeMessage(message)
  }

  #tellIfDrained(): void {
    if (this.#held.length === 0 && !this.#isFull) this.#writer.outboxDrained()
  }
}

const extendedBytesOf = (message: Message): number =>
  message.name === 'extended' ? extendedFrameBytes + message.payload.length : 0
