import type { Layout } from '../machines/layout.ts'
import { extendedMessage } from '../testing/remote/extended-messages.ts'
import type { Heard } from '../testing/remote/heard.ts'
import type { BencodeInput } from '../transport/wire/bencode.ts'
import { decodeExtendedHandshake, type ExtendedHandshake } from '../transport/wire/extended/handshake.ts'
import { type Features, readFeatures } from '../transport/wire/handshake.ts'
import type { Block, BlockRequest, Message } from '../transport/wire/messages.ts'
import type { Client } from './client.ts'
import { ourIds } from './greeting.ts'
import type { Remote } from './remote.ts'
import { Broken, NotSupported } from './verdict.ts'
import { waits } from './waits.ts'

/** What became of a question that any client answers: `quiet`: there is none this client could be asked, and it did not close. */
export type Sign = 'answers' | 'closes' | 'silent' | 'quiet'

/** The answer to a request. */
export type Answer =
  | { readonly type: 'piece'; readonly block: Block }
  | { readonly type: 'reject' }
  | { readonly type: 'closed' | 'none' }

/** The messages with which a client says what it has at first (BEP 3, BEP 6). */
export const isAvailability = ({ name }: Heard): boolean =>
  name === 'bitfield' || name === 'have_all' || name === 'have_none'

/** What a connection stands for. */
export interface PeerParts {
  readonly our: Features
  /** What the client takes us for; undefined where nobody knows. */
  readonly host: string | undefined
  /** Whether we sent an extended handshake with our ids. */
  readonly greets: boolean
  readonly layout: Layout
  readonly client: Client
}

/** A connection behind the handshakes. */
export class Peer {
  readonly remote: Remote
  readonly host: string | undefined
  readonly #parts: PeerParts

  constructor(remote: Remote, parts: PeerParts) {
    this.remote = remote
    this.host = parts.host
    this.#parts = parts
  }

  /** What the client's handshake on this connection announces. */
  get features(): Features {
    return readFeatures(this.remote.handshake?.reserved ?? new Uint8Array(8))
  }

  /** Whether both sides announce Fast (BEP 6). */
  get fast(): boolean {
    return this.#parts.our.fast && this.features.fast
  }

  /** Whether both sides announce the extension protocol (BEP 10). */
  get extended(): boolean {
    return this.#parts.our.extended && this.features.extended
  }

  /** The client's first extended handshake; undefined when it has not come. */
  get greeting(): ExtendedHandshake | undefined {
    const payload = this.greetingPayload
    return payload && decodeExtendedHandshake(payload)
  }

  /** The same as it came. */
  get greetingPayload(): Uint8Array | undefined {
    for (const message of this.remote.heard) if (message.name === 'extended' && message.id === 0) return message.payload
    return undefined
  }

  /** Waits for the client's extended handshake; resolves to it, or undefined. */
  greeted(): Promise<ExtendedHandshake | undefined> {
    return this.remote
      .until(() => this.greeting ?? (this.remote.end ? null : undefined), waits.answer)
      .then((seen) => seen ?? undefined)
  }

  /** The id under which the client wants an extension's messages. Throws `NotSupported` when it wants none. */
  idOf(name: string): number {
    const id = this.greeting?.m?.[name]
    if (id === undefined || id === 0) throw new NotSupported(`the client does not announce ${name}`)
    return id
  }

  /** Sends messages. */
  say(...messages: readonly Message[]): void {
    this.remote.say(...messages)
  }

  /** Sends a message of an extension of the client's. */
  sayTo(name: string, content: Uint8Array | BencodeInput): void {
    this.say(extendedMessage(this.idOf(name), content))
  }

  /** Asks what any client answers, and tells what became of it: whether it reads on behind what was sent before. */
  async sign(): Promise<Sign> {
    const { remote } = this
    if (this.#asksMetadata()) {
      this.sayTo('ut_metadata', { msg_type: 0, piece: 0 })
      return this.#signOf(await remote.next(isOf(ourIds.ut_metadata)))
    }
    if (this.fast && this.#parts.client.has(0)) {
      this.say({ name: 'request', requests: [this.#parts.layout.blockAt(0, 0)] })
      return this.#signOf(await remote.next(({ name }) => name === 'piece' || name === 'reject_request'))
    }
    return (await remote.closes(waits.quiet)) ? 'closes' : 'quiet'
  }

  /** The rule is that the connection goes on. */
  async goesOn(): Promise<string> {
    const sign = await this.sign()
    if (sign === 'closes') throw new Broken(`the client closes (${this.remote.end?.code})`)
    if (sign === 'silent') throw new Broken(`the client does not answer what follows within ${waits.answer} ms`)
    return sign === 'answers' ? 'goes on' : 'does not close'
  }

  /** The rule is that the client closes. */
  async mustClose(): Promise<string> {
    if (await this.remote.closes()) return `closes (${this.remote.end?.code})`
    throw new Broken(`the client has not closed after ${waits.close} ms`)
  }

  /** No rule says what becomes of it: but a client that does not close has to read what follows right. */
  async readsOn(): Promise<string> {
    const sign = await this.sign()
    if (sign === 'closes') return 'closes'
    if (sign !== 'silent') return 'goes on'
    throw new Broken(`the client neither closes nor answers what follows within ${waits.answer} ms`)
  }

  /** Asks for a block, and waits for what becomes of it. */
  async ask(request: BlockRequest, ms: number = waits.answer): Promise<Answer> {
    this.say({ name: 'request', requests: [request] })
    return this.answerTo(request, ms)
  }

  /** Waits for what becomes of a request. */
  async answerTo({ index, begin }: Pick<BlockRequest, 'index' | 'begin'>, ms: number = waits.answer): Promise<Answer> {
    const message = await this.remote.next((one) => {
      if (one.name === 'piece') return one.blocks.some((block) => block.index === index && block.begin === begin)
      return one.name === 'reject_request' && one.requests.some((same) => same.index === index && same.begin === begin)
    }, ms)
    if (message?.name === 'piece' && message.blocks[0]) return { type: 'piece', block: message.blocks[0] }
    if (message?.name === 'reject_request') return { type: 'reject' }
    return { type: this.remote.end ? 'closed' : 'none' }
  }

  /** Says that we are interested, and waits for the unchoke. Rejects with `NotSupported` when none comes. */
  async unchoked(): Promise<this> {
    this.say({ name: 'interested' })
    await this.unchoke()
    return this
  }

  /** Waits for the unchoke. Rejects with `NotSupported` when none comes. */
  async unchoke(): Promise<void> {
    const unchoke = await this.remote.next(({ name }) => name === 'unchoke', waits.unchoke)
    if (!unchoke) {
      throw new NotSupported(this.remote.end ? `the client closes (${this.remote.end.code})` : 'no unchoke comes')
    }
  }

  #asksMetadata(): boolean {
    return this.#parts.greets && this.extended && (this.greeting?.m?.ut_metadata ?? 0) > 0
  }

  #signOf(answer: Heard | undefined): Sign {
    if (answer) return 'answers'
    return this.remote.end ? 'closes' : 'silent'
  }
}

/** Whether a message is one of an extension that came under that id. */
export const isOf =
  (id: number) =>
  (message: Heard): boolean =>
    message.name === 'extended' && message.id === id
