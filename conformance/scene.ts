import { Layout } from '../machines/layout.ts'
import type { Metainfo } from '../storage/metainfo.ts'
import type { Clock } from '../transport/clock.ts'
import type { CryptoMethod } from '../transport/mse/crypto-method.ts'
import { drawPair, type InitiatorOptions, initiate } from '../transport/mse/initiator.ts'
import { createKeyPair, type KeyPair, type RandomBytes } from '../transport/mse/key-exchange.ts'
import type { Connection, TransportEnd } from '../transport/transport.ts'
import type { ExtendedHandshake } from '../transport/wire/extended/handshake.ts'
import { encodeHandshake, type Features } from '../transport/wire/handshake.ts'
import type { Message } from '../transport/wire/messages.ts'
import type { Client } from './client.ts'
import { greet } from './greeting.ts'
import { Peer } from './peer.ts'
import { privateKeyFor } from './public-key.ts'
import { Remote } from './remote.ts'
import { Transcript } from './transcript.ts'
import { NotSupported, Unreachable } from './verdict.ts'
import { waits } from './waits.ts'

/** A connection to the client that was not opened, and the host that the client takes us for; undefined where nobody knows. */
export interface Dialled {
  readonly connection: Connection
  readonly host: string | undefined
}

/** What the suite is given of the world. */
export interface World {
  readonly metainfo: Metainfo
  /** From another host each time where that is possible, so that a ban for one case is none for the next. */
  readonly dial: () => Dialled
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** What we can serve; undefined: nothing. Rejects when it cannot be read. */
  readonly data?: ((index: number, begin: number, length: number) => Promise<Uint8Array>) | undefined
}

/** How a connection begins, where it is not as usual. */
export interface Meeting {
  /** Default: Fast and the extension protocol. */
  readonly features?: Partial<Features>
  /** What stands behind the handshake. Default: `have_none` where we announce Fast, else nothing. */
  readonly first?: readonly Message[]
  /** False: no extended handshake. */
  readonly greeting?: ExtendedHandshake | false
  readonly mse?: readonly CryptoMethod[]
}

/** How our side of an MSE handshake is, where it is not as usual. */
export interface Initiation extends Partial<Pick<InitiatorOptions, 'infoHash' | 'initialPayload' | 'padding'>> {
  /** What our public key begins with. Default: what it comes to begin with when a peer of ours dials. */
  readonly firstByte?: number
}

const ours: Features = { extended: true, fast: true, dht: false }

/** What a case works with: the torrent, the client, and connections to it, which are ended with the case. */
export class Scene {
  readonly layout: Layout
  readonly metainfo: Metainfo
  readonly data: World['data']
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly client: Client
  readonly transcript: Transcript
  readonly #world: World
  readonly #turn: Promise<unknown>
  readonly #remotes: Remote[] = []
  #hadShortSecret = false

  constructor(world: World, client: Client, transcript: Transcript, turn: Promise<unknown> = Promise.resolve()) {
    const { metainfo, data, clock, randomBytes } = world
    this.#world = world
    this.#turn = turn
    this.metainfo = metainfo
    this.layout = new Layout(metainfo)
    this.data = data
    this.clock = clock
    this.randomBytes = randomBytes
    this.client = client
    this.transcript = transcript
  }

  /**
   * Whether a secret of its MSE handshakes began with a zero, as one in 256 does. libtorrent hashes such a one without the zero (`compute_secret`
   * in pe_crypto.cpp, 2.0) and then knows no torrent of that hash: what came of it is chance.
   */
  get hadShortSecret(): boolean {
    return this.#hadShortSecret
  }

  /** What says that we have all of the torrent, in words that the client knows. */
  get everything(): Message {
    if (this.client.features.fast) return { name: 'have_all' }
    const { pieceCount } = this.layout
    const bits = new Uint8Array(Math.ceil(pieceCount / 8))
    for (let index = 0; index < pieceCount; index++) bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
    return { name: 'bitfield', bits }
  }

  /** A connection on which nothing was said. Rejects with `NotSupported` when there is none. */
  async dial(): Promise<{ readonly remote: Remote; readonly host: string | undefined }> {
    const { connection, host } = this.#world.dial()
    const remote = new Remote(connection, { clock: this.clock, transcript: this.transcript })
    this.#remotes.push(remote)
    if (!(await remote.open())) throw new Unreachable(whyUnreachable(remote))
    return { remote, host }
  }

  /** The bytes of a handshake of ours. */
  handshake(features: Partial<Features> = {}, infoHash = this.metainfo.infoHash): Uint8Array {
    const peerId = Buffer.concat([Buffer.from('-PCcnf0-'), this.randomBytes(12)])
    return encodeHandshake({ features: { ...ours, ...features }, infoHash, peerId })
  }

  /** A connection as the client takes it: in RC4 where it takes no other. */
  async ready(mse?: readonly CryptoMethod[]): Promise<{ readonly remote: Remote; readonly host: string | undefined }> {
    const dialled = await this.dial()
    const offer = mse ?? (this.client.plaintext ? undefined : (['rc4'] as const))
    if (offer) {
      const end = await dialled.remote.negotiate(this.initiator(offer))
      if (end?.type !== 'established')
        throw new NotSupported(`no agreement on ${offer.join(' or ')}: ${end?.type ?? 'no answer'}`)
    }
    return dialled
  }

  /** Our side of an MSE handshake. */
  initiator(offer: readonly CryptoMethod[], { firstByte, ...other }: Initiation = {}) {
    const { metainfo, randomBytes } = this
    const pair =
      firstByte === undefined ? drawPair(randomBytes) : createKeyPair(() => privateKeyFor(firstByte, randomBytes))
    return initiate({
      infoHash: metainfo.infoHash,
      initialPayload: new Uint8Array(0),
      padding: new Uint8Array(0),
      ...other,
      offer,
      pair: { ...pair, secretWith: (remoteKey) => this.noteSecret(pair.secretWith(remoteKey)) },
      randomBytes,
    })
  }

  /** A secret was agreed on, undefined for none; answers it. */
  noteSecret(secret: ReturnType<KeyPair['secretWith']>): typeof secret {
    if (secret?.[0] === 0) this.#hadShortSecret = true
    return secret
  }

  /** A connection behind both handshakes, and the extended ones. Rejects with `NotSupported` when the client does not get so far. */
  async meet({ features = {}, first, greeting, mse }: Meeting = {}): Promise<Peer> {
    const { remote, host } = await this.ready(mse)
    const our = { ...ours, ...features }
    remote.write(this.handshake(our), 'handshake')
    const peerId = await remote.until(() => remote.handshake?.peerId ?? (remote.end ? null : undefined), waits.open)
    if (!peerId) {
      throw new NotSupported(
        remote.end
          ? `the client closes (${remote.end.code}) before its handshake, as after a ban`
          : 'no handshake comes',
      )
    }
    const messages = first ?? (our.fast && this.client.features.fast ? [haveNone] : [])
    remote.say(
      ...messages,
      ...(our.extended && this.client.features.extended && greeting !== false ? [greet(greeting)] : []),
    )
    const peer = new Peer(remote, { our, host, greets: greeting !== false, layout: this.layout, client: this.client })
    if (peer.extended && greeting !== false) await peer.greeted()
    return peer
  }

  /**
   * Waits until the cases before this one have ended, where nothing may run beside what comes. Rejects with `NotSupported` when one of them was
   * the client's end.
   */
  async turn(): Promise<void> {
    await this.#turn
    const ended = this.#remotes.find(({ end }) => end !== undefined)
    if (ended) throw new NotSupported(`the connection ended before its turn (${ended.end?.code})`)
  }

  /** Whether the client ended a connection of the case, and is not there any more: nobody listens at its address. */
  async isGone(): Promise<boolean> {
    if (this.#remotes.every(({ end }) => end === undefined)) return false
    for (let attempt = 0; attempt < 3; attempt++) {
      if (attempt > 0) await this.wait(waits.again)
      const remote = new Remote(this.#world.dial().connection, { clock: this.clock, transcript: new Transcript() })
      // The system may take a connection for a process that is about to end.
      if (await remote.open()) await remote.pass(waits.standing)
      const { end } = remote
      remote.destroy()
      if (end === undefined) return false
      if (attempt > 0 && end.code === 'refused') return true
    }
    return false
  }

  /** Waits, whatever the connections do. */
  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.clock.setTimeout(() => resolve(), ms))
  }

  /** Ends every connection of the case. */
  end(): void {
    for (const remote of this.#remotes) remote.destroy()
  }
}

/** What a dial that came to nothing is told as, by its end. Else what the system said is. */
const dialEnds: Readonly<Partial<Record<TransportEnd['code'], string>>> = {
  refused: 'connection refused',
  timeout: 'the connection timed out',
  reset: 'the connection was reset',
  end: 'the connection was closed at once',
}

function whyUnreachable({ end }: Remote): string {
  if (end === undefined) return `no connection within ${waits.open / 1000} s`
  return dialEnds[end.code] ?? [end.code, end.detail].filter(Boolean).join(': ')
}

const haveNone: Message = { name: 'have_none' }
