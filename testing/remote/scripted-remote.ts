import type { CryptoMethod } from '../../transport/mse/crypto-method.ts'
import { initiate } from '../../transport/mse/initiator.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Connection, TransportEnd } from '../../transport/transport.ts'
import {
  decodeExtendedHandshake,
  type ExtendedHandshake,
  extendedHandshakeId,
} from '../../transport/wire/extended/handshake.ts'
import { encodeHandshake, type Features } from '../../transport/wire/handshake.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import type { WireViolation } from '../../transport/wire/violation.ts'
import { BareRemote, type HeardHandshake, type NegotiationEnd } from './bare-remote.ts'
import { describeMessage, shortHex } from './describe.ts'
import { encodeMessages } from './encode-messages.ts'
import type { Heard } from './heard.ts'

/** What a scripted remote is made with. */
export interface RemoteOptions {
  /** Passes while the remote waits: that of the connection. */
  readonly clock: SimulatedClock
  /** The torrent that its handshake names: 20 bytes. */
  readonly infoHash: Uint8Array
  /** 20 bytes. Default: 20 times 0xbb. */
  readonly peerId?: Uint8Array
  /** What its handshake announces, where it is not Fast and the extension protocol. */
  readonly features?: Partial<Features>
  /**
   * With it the remote greets by itself: at once where it dialled, else when it has heard which torrent it is asked for. It says these
   * messages when the handshake of the other side is complete. What comes that is no BitTorrent is thrown then, out of the clock.
   */
  readonly greets?: readonly Message[]
  /** Told each message as it comes, for answers that depend on it. It may `say` and `send`, and expect nothing. */
  readonly hears?: (message: Heard, self: ScriptedRemote) => void
}

/** How a message is waited for. */
export interface Expectation<Message> {
  /** Whether it is the one. Default: any of that name. */
  readonly where?: (message: Message) => boolean
  /** In milliseconds of the clock. Default 10 s. */
  readonly withinMs?: number
}

type HeardOf<Name extends Heard['name']> = Extract<Heard, { readonly name: Name }>

const defaultWaitMs = 10_000
const defaultFeatures: Features = { extended: true, fast: true, dht: false }
const defaultPeerId = new Uint8Array(20).fill(0xbb)

/** Lines of a transcript: of more the first are left out. */
const transcriptMax = 200

/**
 * A remote that follows a test's script, over one end of a connection such as `memoryPair` makes: it does nothing by itself, sends
 * messages by name, or any bytes, and keeps all that comes. What it expects it waits for by letting the simulated clock pass; what does
 * not come in time throws an Error with the transcript. It opens the connection.
 */
export class ScriptedRemote {
  readonly connection: Connection
  readonly clock: SimulatedClock
  readonly #options: RemoteOptions
  readonly #bare: BareRemote
  readonly #heard: Heard[] = []
  readonly #happened: (() => string)[] = []
  #bytes: Uint8Array[] = []
  #handshake: HeardHandshake | undefined
  #end: TransportEnd | undefined
  #violation: WireViolation | undefined
  #negotiated: NegotiationEnd | undefined
  /** Of `heard`: what `expect` has passed. */
  #passed = 0

  constructor(connection: Connection, options: RemoteOptions) {
    this.connection = connection
    this.clock = options.clock
    this.#options = options
    this.#bare = new BareRemote(connection, {
      opened: () => {
        if (connection.direction === 'out') this.#greetByItself()
      },
      bytes: (chunk) => void this.#bytes.push(chunk.slice()),
      plain: () => {},
      read: () => {},
      negotiated: (end) => {
        this.#negotiated = end
        this.#note('<', () => `encryption: ${end.type === 'established' ? end.method : end.type}`)
      },
      handshake: (handshake) => this.#greeted(handshake),
      message: (message) => {
        this.#heard.push(message)
        this.#note('<', () => describeMessage(message))
        options.hears?.(message, this)
      },
      violation: (violation) => {
        this.#violation = violation
        this.#note('<', () => `what is no message: ${violation.detail}`)
        if (options.greets) throw this.#failure('what came is no BitTorrent')
      },
      closed: (end) => {
        this.#end = end
        this.#note('<', () => `closed (${end.code})`)
      },
    })
    this.#bare.open()
  }

  /** All messages that came, in order. */
  get heard(): readonly Heard[] {
    return this.#heard
  }

  /** The other side's handshake, as far as it came. */
  get handshake(): HeardHandshake | undefined {
    return this.#handshake
  }

  /** How the connection ended; undefined while it stands. */
  get end(): TransportEnd | undefined {
    return this.#end
  }

  /** What the other side sent that is no BitTorrent; it is read no further then. */
  get violation(): WireViolation | undefined {
    return this.#violation
  }

  /** Those of one name, in order. */
  all<Name extends Heard['name']>(name: Name): HeardOf<Name>[] {
    return this.#heard.filter((message): message is HeardOf<Name> => message.name === name)
  }

  /** Every block it was asked for, in order. */
  get requests(): BlockRequest[] {
    return this.all('request').flatMap(({ requests }) => requests)
  }

  /** The extended handshakes that came, in order (BEP 10). */
  get greetings(): ExtendedHandshake[] {
    return this.extended(extendedHandshakeId).map((payload) => decodeExtendedHandshake(payload) ?? {})
  }

  /** What came under an id of an extension, in order. */
  extended(id: number): Uint8Array[] {
    return this.all('extended').flatMap((message) => (message.id === id ? [message.payload] : []))
  }

  /** The id under which the other side wants an extension's messages now; 0: it wants none. */
  idOf(extension: string): number {
    return this.greetings.reduce((id, { m }) => m?.[extension] ?? id, 0)
  }

  /** The bytes that came since the last call, as they stood on the wire. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.#bytes)
    this.#bytes = []
    return Uint8Array.from(bytes)
  }

  /** Sends bytes as they are; they are encrypted where that was agreed on. */
  send(...bytes: readonly Uint8Array[]): void {
    const joined = bytes.length === 1 && bytes[0] ? bytes[0] : Buffer.concat(bytes)
    this.#note('>', () => shortHex(joined))
    this.#bare.send(joined)
  }

  /** Sends messages in good form, all at once. */
  say(...messages: readonly Message[]): void {
    for (const message of messages) this.#note('>', () => describeMessage(message))
    this.#bare.send(encodeMessages(...messages))
  }

  /** Sends a good handshake. */
  greet(features: Partial<Features> = {}): void {
    this.#note('>', () => 'handshake')
    this.#bare.send(this.#handshakeBytes(features))
  }

  /** Sends its handshake, and waits for that of the other side. */
  shakeHands(withinMs?: number): Required<HeardHandshake> {
    this.greet()
    return this.expectHandshake(withinMs)
  }

  /**
   * Agrees on encryption as the side that dials (MSE), before any handshake. Answers what the other side selected of the offer; throws an
   * Error when it does not.
   */
  encrypt(offer: readonly CryptoMethod[] = ['rc4'], withinMs = defaultWaitMs): CryptoMethod {
    const none = new Uint8Array(0)
    const randomBytes = randomBytesFrom(seededRandom(1))
    const { infoHash } = this.#options
    this.#note('>', () => `encryption: offers ${offer.join(', ')}`)
    this.#bare.send(
      this.#bare.negotiate(initiate({ infoHash, offer, initialPayload: none, padding: none, randomBytes })),
    )
    const end = this.#await(() => this.#negotiated, 'encryption', withinMs)
    if (end.type !== 'established') throw this.#failure(`encryption came to ${end.type}`)
    return end.method
  }

  /** Waits for the next message of a name, behind the last that was expected; others between are passed over. */
  expect<Name extends Heard['name']>(name: Name, expectation: Expectation<HeardOf<Name>> = {}): HeardOf<Name> {
    const { where = () => true, withinMs = defaultWaitMs } = expectation
    const isIt = (message: Heard): message is HeardOf<Name> => message.name === name && where(message as HeardOf<Name>)
    let looked = this.#passed
    const found = this.#await(
      () => {
        for (; looked < this.#heard.length; looked++) {
          const message = this.#heard[looked]
          if (message && isIt(message)) return { message }
        }
        return undefined
      },
      name,
      withinMs,
    )
    this.#passed = looked + 1
    return found.message
  }

  /** Waits for the whole handshake of the other side. */
  expectHandshake(withinMs = defaultWaitMs): Required<HeardHandshake> {
    return this.#await(
      () => {
        const { peerId } = this.#handshake ?? {}
        return this.#handshake && peerId && { ...this.#handshake, peerId }
      },
      'a handshake',
      withinMs,
    )
  }

  /** Waits for an extended handshake, behind the last message that was expected (BEP 10). */
  expectGreeting(withinMs = defaultWaitMs): ExtendedHandshake {
    const { payload } = this.expect('extended', { where: ({ id }) => id === extendedHandshakeId, withinMs })
    return decodeExtendedHandshake(payload) ?? {}
  }

  /** Waits for the other side to end the connection. */
  expectEnd(withinMs = defaultWaitMs): TransportEnd {
    return this.#await(() => this.#end, 'the end', withinMs, false)
  }

  /** Lets time pass in which no message comes, or none of these names, and the connection stays. Throws an Error when it is otherwise. */
  expectNothing(ms: number, ...names: readonly Heard['name'][]): void {
    const before = this.#heard.length
    this.clock.advance(ms)
    const came = this.#heard.slice(before).find(({ name }) => names.length === 0 || names.includes(name))
    if (came) throw this.#failure(`${describeMessage(came)} came, and nothing should`)
    if (this.#end) throw this.#failure('the connection ended, and should not')
  }

  /** What was sent (`>`) and came (`<`), a line each, with its time; the last 200 where there are more. */
  transcript(): readonly string[] {
    return this.#happened.map((line) => line())
  }

  #handshakeBytes(features: Partial<Features>): Uint8Array {
    const { infoHash, peerId = defaultPeerId, features: own } = this.#options
    return encodeHandshake({ infoHash, peerId, features: { ...defaultFeatures, ...own, ...features } })
  }

  #greetByItself(): void {
    if (this.#options.greets) this.greet()
  }

  #greeted(handshake: HeardHandshake): void {
    this.#handshake = handshake
    if (handshake.peerId === undefined) {
      this.#note('<', () => `handshake, reserved ${shortHex(handshake.reserved)}`)
      if (this.connection.direction === 'in') this.#greetByItself()
    } else if (this.#options.greets) this.say(...this.#options.greets)
  }

  /** Lets time pass until there is something; no longer than the other side is read, where that is to be read. */
  #await<Seen extends object>(look: () => Seen | undefined, what: string, withinMs: number, isToBeRead = true): Seen {
    let isLate = false
    const timer = this.clock.setTimeout(() => {
      isLate = true
    }, withinMs)
    for (;;) {
      const seen = look()
      if (seen) {
        this.clock.clearTimeout(timer)
        return seen
      }
      const isUnreadable = isToBeRead && this.#violation !== undefined
      if (isLate || this.#end || isUnreadable) {
        this.clock.clearTimeout(timer)
        const why = this.#end ? 'the connection ended' : isUnreadable ? 'no message is read any more' : ''
        throw this.#failure(`${what} did not come: ${why || `${withinMs} ms have passed`}`)
      }
      this.clock.advanceToNext()
    }
  }

  #note(direction: '<' | '>', text: () => string): void {
    const at = this.clock.now()
    this.#happened.push(() => `${String(Math.round(at)).padStart(7)} ms ${direction} ${text()}`)
    if (this.#happened.length > transcriptMax) this.#happened.shift()
  }

  #failure(what: string): Error {
    return new Error([what, ...this.transcript()].join('\n'))
  }
}
