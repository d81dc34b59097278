import { BareRemote, type HeardHandshake, type NegotiationEnd } from '../testing/remote/bare-remote.ts'
import { describeMessage, shortHex } from '../testing/remote/describe.ts'
import { encodeMessages } from '../testing/remote/encode-messages.ts'
import type { Heard } from '../testing/remote/heard.ts'
import type { Clock } from '../transport/clock.ts'
import { keyBytes } from '../transport/mse/key-exchange.ts'
import type { Negotiation } from '../transport/mse/negotiation.ts'
import type { Connection, TransportEnd } from '../transport/transport.ts'
import type { Message } from '../transport/wire/messages.ts'
import type { Transcript } from './transcript.ts'
import { waits } from './waits.ts'

/** Of one connection: a client that sends more than any case asks for is cut off. */
const heardMax = 20_000
const heardBytesMax = 64 * 1024 * 1024

/** What a remote needs of the world. */
export interface RemoteWorld {
  readonly clock: Clock
  readonly transcript: Transcript
}

/**
 * A scripted remote: it sends what a case tells it, right or wrong, and keeps what comes. Good messages go through the codec, bad ones
 * are bytes. Every wait has a bound.
 */
export class Remote {
  /** In the order they came. */
  readonly heard: Heard[] = []
  handshake: HeardHandshake | undefined
  /** How the connection ended; undefined while it stands. */
  end: TransportEnd | undefined
  /** What of the framing the client broke. */
  violation: string | undefined
  readonly #connection: Connection
  readonly #bare: BareRemote
  readonly #clock: Clock
  readonly #transcript: Transcript
  readonly #number: number
  readonly #looks = new Set<() => void>()
  #isOpen = false
  #outcome: NegotiationEnd | undefined
  /** Of `heard`: what `next` has passed. */
  #passed = 0
  #heardBytes = 0
  /** Every byte that came, also where it is no BitTorrent. */
  receivedBytes = 0

  constructor(connection: Connection, { clock, transcript }: RemoteWorld) {
    this.#connection = connection
    this.#clock = clock
    this.#transcript = transcript
    this.#number = transcript.nextConnection()
    this.#bare = new BareRemote(connection, {
      opened: () => {
        this.#isOpen = true
        this.#look()
      },
      bytes: (chunk) => {
        this.receivedBytes += chunk.length
      },
      plain: (bytes) =>
        this.#transcript.carry({ connection: this.#number, at: this.#clock.now(), by: 'client', bytes }),
      read: () => this.#look(),
      negotiated: (end) => {
        this.#outcome = end
        this.#note('client', end.type === 'established' ? `selects ${end.method} (MSE)` : `MSE: ${end.type}`)
      },
      handshake: (handshake) => this.#greeted(handshake),
      message: (message) => this.#hear(message),
      violation: ({ detail }) => {
        this.violation = detail
        this.#note('client', `breaks the framing: ${detail}`)
      },
      closed: (end) => {
        this.end = end
        this.#note('client', `closed (${end.code})`)
        this.#look()
      },
    })
  }

  /** Whether bytes can be sent and may come. */
  get isOpen(): boolean {
    return this.#isOpen && this.end === undefined
  }

  /** Dials. Resolves to whether the connection stands. */
  async open(): Promise<boolean> {
    this.#bare.open()
    await this.until(() => this.#isOpen || this.end !== undefined, waits.open)
    return this.isOpen
  }

  /** Sends bytes as they are, encrypted where that was agreed on. */
  write(bytes: Uint8Array, what = shortHex(bytes)): void {
    this.#note('us', what)
    this.#send(bytes)
  }

  /** Sends messages, all at once. */
  say(...messages: readonly Message[]): void {
    for (const message of messages) this.#note('us', describeMessage(message))
    this.#send(encodeMessages(...messages))
  }

  /** Sends bytes in portions that end at `cuts` and at the end, each behind a pause. */
  async writeCut(bytes: Uint8Array, cuts: readonly number[], what?: string): Promise<void> {
    this.#note('us', `${what ?? shortHex(bytes)}, cut at ${cuts.length > 8 ? 'every byte' : cuts.join(', ')}`)
    let from = 0
    for (const to of [...cuts, bytes.length]) {
      this.#send(bytes.subarray(from, to))
      from = to
      await this.pass(waits.portion)
    }
  }

  /** Runs one side of an MSE handshake. Resolves to how it ended; undefined when it did not. */
  async negotiate(negotiation: Negotiation, cut = false): Promise<NegotiationEnd | undefined> {
    this.#note('us', 'a public key (MSE)')
    const key = this.#bare.negotiate(negotiation)
    // No portion ends behind the key: its answer would bring our next write between what is left of the padding.
    if (cut) await this.writeCut(key, [...Array(keyBytes).keys()].slice(1))
    else if (this.isOpen) this.#bare.send(key)
    await this.until(() => this.#outcome !== undefined || this.end !== undefined, waits.answer)
    return this.#outcome
  }

  /** Waits until `look` answers something but false or undefined, for so many milliseconds; undefined when it did not. */
  async until<Seen>(look: () => Seen | undefined | false, ms: number): Promise<Seen | undefined> {
    return await new Promise((resolve) => {
      const finish = (seen: Seen | undefined) => {
        this.#looks.delete(check)
        this.#clock.clearTimeout(timer)
        resolve(seen)
      }
      const check = () => {
        const seen = look()
        if (seen !== undefined && seen !== false) finish(seen)
      }
      const timer: unknown = this.#clock.setTimeout(() => finish(undefined), ms)
      this.#looks.add(check)
      check()
    })
  }

  /** The next message behind the last that this answered which `isIt`; undefined when none comes in so many milliseconds, or the end does. */
  async next(isIt: (message: Heard) => boolean, ms: number = waits.answer): Promise<Heard | undefined> {
    const at = await this.until(() => {
      const found = this.heard.findIndex((message, index) => index >= this.#passed && isIt(message))
      if (found >= 0) return { found }
      return this.end === undefined ? undefined : { found }
    }, ms)
    if (at === undefined || at.found < 0) return undefined
    this.#passed = at.found + 1
    return this.heard[at.found]
  }

  /** Whether the client ends the connection within so many milliseconds. */
  async closes(ms: number = waits.close): Promise<boolean> {
    return (await this.until(() => this.end !== undefined, ms)) === true
  }

  /** Lets time pass, less when the connection ends. */
  async pass(ms: number): Promise<void> {
    await this.until(() => this.end !== undefined, ms)
  }

  /** Ends it. */
  destroy(): void {
    this.#connection.destroy()
  }

  #greeted(handshake: HeardHandshake): void {
    this.handshake = handshake
    const { reserved, infoHash, peerId } = handshake
    if (!peerId) this.#note('client', `handshake, reserved ${shortHex(reserved)}, info hash ${shortHex(infoHash)}`)
  }

  #hear(message: Heard): void {
    if (message.name === 'piece') this.#heardBytes += message.blocks[0]?.data.length ?? 0
    if (message.name === 'extended') this.#heardBytes += message.payload.length
    this.#note('client', describeMessage(message))
    if (this.heard.length < heardMax && this.#heardBytes < heardBytesMax) this.heard.push(message)
    else this.destroy()
  }

  #send(bytes: Uint8Array): void {
    if (!this.isOpen) return
    this.#transcript.carry({ connection: this.#number, at: this.#clock.now(), by: 'us', bytes })
    this.#bare.send(bytes)
  }

  #note(by: 'us' | 'client', text: string): void {
    this.#transcript.note({ connection: this.#number, at: this.#clock.now(), by, text })
  }

  #look(): void {
    for (const check of [...this.#looks]) check()
  }
}
