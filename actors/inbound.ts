import type { Intake } from '../transport/bandwidth/intake.ts'
import type { Clock } from '../transport/clock.ts'
import { extendedHandshakeId } from '../transport/wire/extended/handshake.ts'
import { MessageBudget, messageBudget } from '../transport/wire/message-budget.ts'
import type { BlockStart, Message } from '../transport/wire/messages.ts'
import { WireReader, type WireSink } from '../transport/wire/reader.ts'

/** What an inbound stream works with. */
export interface InboundServices {
  readonly sink: WireSink
  /** Stands still while there is more than one turn's messages to deliver. */
  readonly intake: Intake
  readonly clock: Clock
  /** Runs what may throw. */
  readonly guarded: (action: () => void) => void
}

/**
 * The reader of one connection, and its manners: a remote that says much is heard a turn at a time, with everybody else in between, and
 * one that goes on and on is cut off.
 */
export class Inbound implements WireSink {
  readonly #sink: WireSink
  readonly #intake: Intake
  readonly #clock: Clock
  readonly #guarded: InboundServices['guarded']
  readonly #reader = new WireReader(this)
  readonly #budget: MessageBudget
  #isReading = false
  /** What is to be read, while something is. */
  #waiting: (() => void)[] | undefined
  #timer: unknown

  constructor({ sink, intake, clock, guarded }: InboundServices) {
    this.#sink = sink
    this.#intake = intake
    this.#clock = clock
    this.#guarded = guarded
    this.#budget = new MessageBudget(clock.now())
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
    this.#rest()
  }

  /** Reads what has come; what exceeds a turn when it is its turn. `isLasting`: see `WireReader`. */
  push(bytes: Uint8Array, { isLasting = false } = {}): void {
    this.#reader.push(bytes, { isLasting })
  }

  /** Takes a message beside the stream. */
  receive(id: number, payload: Uint8Array): void {
    this.#reader.receive(id, payload)
  }

  /** Reads everything that was pushed, at once: who brings it by hand has chosen how much that is. */
  readOut(): void {
    while (this.#reader.isBehind) this.#reader.readOn()
  }

  /** The handshake is done, messages follow. */
  startMessages(maxFrameBytes: number): void {
    this.#isReading = true
    this.#reader.startMessages(maxFrameBytes)
    this.#intake.release()
    this.#rest()
  }

  /** As the reader's. */
  get blockUnderWay(): BlockStart | undefined {
    return this.#reader.blockUnderWay
  }

  /** The longest frame has become known. */
  limitFrames(maxFrameBytes: number): void {
    this.#reader.limitFrames(maxFrameBytes)
  }

  /** Nothing more is heard. */
  stop(): void {
    this.#reader.stop()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void {
    this.#sink.infoHash(reserved, infoHash)
  }

  peerId(peerId: Uint8Array): void {
    this.#sink.peerId(peerId)
    if (!this.#isReading) this.#intake.hold()
  }

  message(message: Message): void {
    const isGreeting = message.name === 'extended' && message.id === extendedHandshakeId
    if (this.#budget.take(message.name, this.#clock.now(), { isGreeting })) {
      this.#sink.message(message)
      return
    }
    this.stop()
    const { atOnce, perSecond } = messageBudget
    const detail = `more than ${atOnce} messages at once, or ${perSecond} a second, the last a ${message.name}`
    this.#sink.violation({ code: 'message_flood', detail })
  }

  violation(violation: Parameters<WireSink['violation']>[0]): void {
    this.#sink.violation(violation)
  }

  /** Waits for the next turn if there is more to deliver. */
  #rest(): void {
    if (!this.#reader.isBehind || this.#timer !== undefined) return
    this.#intake.hold()
    this.#timer = this.#clock.setTimeout(() => this.#next(), 0)
  }

  #next(): void {
    this.#timer = undefined
    this.inTurn(() => this.#guarded(() => this.#reader.readOn()))
    if (this.#reader.isBehind || this.#timer !== undefined) return
    this.#intake.release()
  }
}
