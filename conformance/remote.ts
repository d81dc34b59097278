import type { Clock } from '../transport/clock.ts'
import { keyBytes } from '../transport/mse/key-exchange.ts'
import type { Negotiation } from '../transport/mse/negotiation.ts'
import type { NegotiationOutput, Streams } from '../transport/mse/negotiation-output.ts'
import type { Connection, TransportEnd } from '../transport/transport.ts'
import { encode } from '../transport/wire/encode.ts'
import { frameBytesMaxBeforePieceCount } from '../transport/wire/frame-limit.ts'
import type { Message } from '../transport/wire/messages.ts'
import { WireReader } from '../transport/wire/reader.ts'
import { describeMessage, shortHex, type Transcript } from './transcript.ts'
import { waits } from './waits.ts'

/** A message that came; the batches of the codec hold one element each. `unknown`: of an id that no BEP known here defines. */
export type Heard = Message | { readonly name: 'unknown'; readonly id: number }

/** What came in a handshake. */
export interface HeardHandshake {
  readonly reserved: Uint8Array
  readonly infoHash: Uint8Array
  /** Undefined until byte 68 has come. */
  readonly peerId: Uint8Array | undefined
}

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
  readonly #clock: Clock
  readonly #transcript: Transcript
  readonly #number: number
  readonly #reader: WireReader
  readonly #looks = new Set<() => void>()
  #isOpen = false
  #negotiation: Negotiation | undefined
  #outcome: NegotiationOutput | undefined
  #streams: Streams = { method: 'plaintext' }
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
    this.#reader = new WireReader({
      infoHash: (reserved, infoHash) => this.#greeted(reserved.slice(), infoHash.slice()),
      peerId: (peerId) => {
        if (this.handshake) this.handshake = { ...this.handshake, peerId: peerId.slice() }
      },
      blocks: (blocks) => {
        for (const block of blocks) this.#hear({ name: 'piece', blocks: [{ ...block, data: block.data.slice() }] })
      },
      extended: (id, payload) => this.#hear({ name: 'extended', id, payload: payload.slice() }),
      message: (name, fields) => {
        const message = { name, ...fields } as Message
        if (message.name === 'request' || message.name === 'cancel' || message.name === 'reject_request') {
          for (const request of message.requests) this.#hear({ name: message.name, requests: [request] })
        } else this.#hear(message.name === 'bitfield' ? { ...message, bits: message.bits.slice() } : message)
      },
      unknown: (id) => this.#hear({ name: 'unknown', id }),
      violation: ({ detail }) => {
        this.violation = detail
        this.#note('client', `breaks the framing: ${detail}`)
      },
    })
    this.#reader.startMessages(frameBytesMaxBeforePieceCount)
  }

  /** Whether bytes can be sent and may come. */
  get isOpen(): boolean {
    return this.#isOpen && this.end === undefined
  }

  /** Dials. Resolves to whether the connection stands. */
  async open(): Promise<boolean> {
    this.#connection.open({
      opened: () => {
        this.#isOpen = true
        this.#look()
      },
      data: (chunk) => {
        this.receivedBytes += chunk.length
        this.#data(chunk)
        this.#look()
      },
      drained: () => {},
      closed: (end) => {
        this.end = end
        this.#note('client', `closed (${end.code})`)
        this.#look()
      },
    })
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
    this.#send(Buffer.concat(messages.flatMap((message) => encode(message))))
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
  async negotiate(negotiation: Negotiation, cut = false): Promise<NegotiationOutput | undefined> {
    this.#negotiation = negotiation
    this.#note('us', 'a public key (MSE)')
    for (const output of negotiation.start()) {
      if (output.type !== 'write') continue
      // No portion ends behind the key: its answer would bring our next write between what is left of the padding.
      if (cut) await this.writeCut(output.bytes, [...Array(keyBytes).keys()].slice(1))
      else this.#sendRaw(output.bytes)
    }
    await this.until(() => this.#outcome !== undefined || this.end !== undefined, waits.answer)
    this.#negotiation = undefined
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

  #data(chunk: Uint8Array): void {
    if (this.#negotiation && !this.#negotiation.isOver) this.#negotiated(this.#negotiation.push(chunk))
    else {
      if (this.#streams.method === 'rc4') this.#streams.decrypt.apply(chunk)
      this.#read(chunk)
    }
  }

  #negotiated(outputs: readonly NegotiationOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'write') this.#sendRaw(output.bytes)
      if (output.type !== 'established' && output.type !== 'plaintext_header' && output.type !== 'failed') continue
      this.#outcome = output
      this.#note('client', output.type === 'established' ? `selects ${output.method} (MSE)` : `MSE: ${output.type}`)
      if (output.type === 'failed') continue
      if (output.type === 'established') this.#streams = output
      this.#read(output.rest)
    }
  }

  #read(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.violation !== undefined) return
    this.#reader.push(bytes)
    while (this.#reader.isBehind) this.#reader.readOn()
  }

  #greeted(reserved: Uint8Array, infoHash: Uint8Array): void {
    this.handshake = { reserved, infoHash, peerId: undefined }
    this.#note('client', `handshake, reserved ${shortHex(reserved)}, info hash ${shortHex(infoHash)}`)
  }

  #hear(message: Heard): void {
    if (message.name === 'piece') this.#heardBytes += message.blocks[0]?.data.length ?? 0
    if (message.name === 'extended') this.#heardBytes += message.payload.length
    this.#note('client', message.name === 'unknown' ? `a message of id ${message.id}` : describeMessage(message))
    if (this.heard.length < heardMax && this.#heardBytes < heardBytesMax) this.heard.push(message)
    else this.destroy()
  }

  #send(bytes: Uint8Array): void {
    this.#sendRaw(this.#streams.method === 'rc4' ? this.#streams.encrypt.seal([bytes]) : bytes)
  }

  #sendRaw(bytes: Uint8Array): void {
    if (this.isOpen && bytes.length > 0) this.#connection.write([bytes])
  }

  #note(by: 'us' | 'client', text: string): void {
    this.#transcript.note({ connection: this.#number, at: this.#clock.now(), by, text })
  }

  #look(): void {
    for (const check of [...this.#looks]) check()
  }
}
