import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Address, Connection, ConnectionHandler, TransportEnd } from '../transport.ts'
import { encode } from '../wire/encode.ts'
import { frameBytesMaxBeforePieceCount } from '../wire/frame-limit.ts'
import { encodeHandshake } from '../wire/handshake.ts'
import type { BlockRequest, Message } from '../wire/messages.ts'
import { WireReader } from '../wire/reader.ts'
import type { WireSink } from '../wire/sink.ts'
import { lanesMax, webSeedDelays } from './delays.ts'
import { Delivery } from './delivery.ts'
import type { WebSeedFailure } from './failure.ts'
import type { HttpLane } from './http.ts'
import type { WebSeedNetwork } from './network.ts'
import { Places } from './places.ts'
import { RunFetch } from './run-fetch.ts'
import { type Run, WaitingRequests } from './waiting-requests.ts'
import { webSeedAddress, webSeedKind } from './web-seed-address.ts'
import { bitsWithout, hasOthers, type WebSeedContent, type WebSeedFile } from './web-seed-content.ts'

/** What the connection to a web seed is made from. */
export interface WebSeedConnectionParts {
  /** As `readWebSeedUrl` has it. */
  readonly url: string
  readonly content: WebSeedContent
  readonly network: WebSeedNetwork
  readonly clock: Clock
  /** Files that it has not, by their numbers. */
  readonly without: readonly number[]
  /** As much of a file has come as is no drip. */
  readonly answered: () => void
  /** It does not serve, and the connection closes because of that. Called before its owner learns that it is `closed`. */
  readonly failed: (failure: WebSeedFailure) => void
}

/** The peer id of a web seed: the same each time. */
export function webSeedPeerId(webSeed: string): Uint8Array {
  const peerId = new Uint8Array(20)
  peerId.set(new TextEncoder().encode('-WS0000-'))
  peerId.set(createHash('sha1').update(webSeed).digest().subarray(0, 12), 8)
  return peerId
}

/** `new`: not opened. `ending`: `closed` is the only call that may follow. */
type Stage = 'new' | 'opening' | 'open' | 'ending' | 'closed'

/**
 * A web seed (BEP 19) as a peer: its end of the connection speaks the protocol of peers. It says that it has everything, but the
 * files that it was found without, chokes nobody, and answers requests out of files that it has over HTTP. So whoever holds the connection verifies, times, limits and bans it as any peer.
 * Requests that stand one behind the other in the torrent become one request over HTTP. When one fails, the connection closes.
 */
export class WebSeedConnection implements Connection {
  readonly kind = webSeedKind
  readonly direction = 'out'
  readonly remote: Address
  readonly #parts: WebSeedConnectionParts
  readonly #reader: WireReader
  readonly #waiting: WaitingRequests
  readonly #places: Places
  readonly #delivery: Delivery
  readonly #idleLanes: HttpLane[] = []
  readonly #fetches = new Map<RunFetch, HttpLane>()
  #handler: ConnectionHandler | undefined
  #stage: Stage = 'new'
  #end: TransportEnd = { code: 'destroyed' }
  #hasAnswered = false
  #step: unknown
  #keepAlive: unknown

  constructor(parts: WebSeedConnectionParts) {
    const { content, network, url } = parts
    this.#parts = parts
    this.remote = webSeedAddress(url)
    this.#reader = new WireReader(this.#sink())
    this.#waiting = new WaitingRequests(content.pieceLength)
    this.#places = new Places(url, content, network.resolve)
    this.#delivery = new Delivery((bytes) => this.#handler?.data(bytes))
  }

  /** All that is written is read at once. */
  readonly queuedBytes = 0

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new Error('a connection is opened once')
    this.#handler = handler
    if (this.#stage === 'new') this.#stage = 'opening'
    this.#soon()
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.#isUsable('write')) return false
    for (const chunk of chunks) this.#reader.push(chunk)
    while (this.#reader.isBehind) this.#reader.readOn()
    this.#soon()
    return true
  }

  pause(): void {
    if (this.#isUsable('pause')) this.#delivery.pause()
  }

  resume(): void {
    if (!this.#isUsable('resume')) return
    this.#delivery.resume()
    this.#soon()
  }

  readAtMost(byteCount: number): void {
    this.#delivery.atMost(byteCount)
  }

  end(): void {
    if (this.#isUsable('end')) this.destroy()
  }

  destroy(): void {
    if (this.#stage === 'closed' || this.#stage === 'ending') return
    this.#stage = 'ending'
    this.#release()
    this.#soon()
  }

  #isUsable(method: string): boolean {
    if (this.#stage === 'new') throw new Error(`${method} needs an open connection`)
    return this.#stage === 'opening' || this.#stage === 'open'
  }

  /** What is to be done is done behind the call that asks for it, and at once for all that is asked until then. */
  #soon(): void {
    if (this.#handler) this.#step ??= this.#parts.clock.setTimeout(() => this.#run(), 0)
  }

  #run(): void {
    this.#step = undefined
    if (this.#stage === 'ending') this.#close()
    if (this.#stage === 'opening') {
      this.#stage = 'open'
      this.#handler?.opened()
      this.#keepAwake()
    }
    if (this.#stage !== 'open') return
    this.#flush()
    this.#fetchMore()
  }

  /** Hands over what has come. Files are read no further as long as that is not taken. */
  #flush(): void {
    this.#delivery.deliver()
    for (const fetch of this.#fetches.keys()) {
      if (this.#delivery.isEmpty) fetch.resume()
      else fetch.pause()
    }
  }

  #fetchMore(): void {
    while (this.#stage === 'open' && this.#fetches.size < lanesMax && this.#delivery.isEmpty) {
      const run = this.#waiting.next()
      if (!run) return
      this.#fetch(run)
    }
  }

  #fetch(run: Run): void {
    const { clock, content, network } = this.#parts
    const lane = this.#idleLanes.pop() ?? network.openLane()
    const fetch = new RunFetch({
      run,
      files: content.files,
      places: this.#places,
      lane,
      clock,
      deliver: (message) => this.#tell(message),
      answered: () => this.#noteAnswer(),
      done: (failure) => {
        this.#fetches.delete(fetch)
        this.#idleLanes.push(lane)
        if (failure) this.#fail(failure)
        else this.#soon()
      },
    })
    this.#fetches.set(fetch, lane)
    fetch.begin()
  }

  #noteAnswer(): void {
    if (this.#hasAnswered) return
    this.#hasAnswered = true
    this.#parts.answered()
  }

  #fail(failed: WebSeedFailure): void {
    if (this.#stage !== 'open') return
    const failure = this.#about(failed)
    this.#end = { code: failure.fault === 'silent' ? 'timeout' : 'error', detail: failure.message }
    this.destroy()
    this.#parts.failed(failure)
  }

  /** A file that is missing, where it has others, by its name; without others all is missing. */
  #about({ file, ...failure }: WebSeedFailure): WebSeedFailure {
    const { content, without } = this.#parts
    if (file === undefined || !hasOthers(content.files, [...without, file])) return failure
    const { path, renamedFrom = path } = content.files[file] as WebSeedFile
    return { ...failure, file, message: `${failure.message} (${renamedFrom.join('/').slice(-200)})` }
  }

  #release(): void {
    const { clock } = this.#parts
    clock.clearTimeout(this.#keepAlive)
    this.#reader.stop()
    this.#waiting.clear()
    this.#delivery.clear()
    for (const [fetch, lane] of this.#fetches) {
      fetch.destroy()
      lane.close()
    }
    this.#fetches.clear()
    for (const lane of this.#idleLanes.splice(0)) lane.close()
  }

  #close(): void {
    this.#stage = 'closed'
    this.#handler?.closed(this.#end)
  }

  /** A message of a fetch, whose caller is no method of ours. */
  #tell(message: Uint8Array): void {
    if (this.#stage !== 'open') return
    this.#delivery.push(message)
    this.#flush()
  }

  #say(message: Message): void {
    for (const chunk of encode(message)) this.#delivery.push(chunk)
  }

  #keepAwake(): void {
    const { clock } = this.#parts
    this.#keepAlive = clock.setTimeout(() => {
      this.#say({ name: 'keep_alive' })
      this.#flush()
      if (this.#stage === 'open') this.#keepAwake()
    }, webSeedDelays.keepAliveMs)
  }

  /** What a server does with what a peer is told. */
  #sink(): WireSink {
    const nothing = () => {}
    return {
      infoHash: nothing,
      peerId: () => this.#greet(),
      blocks: nothing,
      extended: nothing,
      unknown: nothing,
      violation: (violation) => this.#fail({ fault: 'faulty', message: `what it was asked: ${violation.code}` }),
      message: (name, fields) => {
        if (!('requests' in fields)) return
        if (name === 'request') for (const request of fields.requests) this.#waiting.add(request)
        if (name === 'cancel') this.#reject(fields.requests.filter((request) => this.#waiting.cancel(request)))
      },
    }
  }

  #greet(): void {
    const { content, url, without } = this.#parts
    const features = { extended: false, fast: true, dht: false }
    this.#delivery.push(encodeHandshake({ features, infoHash: content.infoHash, peerId: webSeedPeerId(url) }))
    this.#say(without.length === 0 ? { name: 'have_all' } : { name: 'bitfield', bits: bitsWithout(content, without) })
    this.#say({ name: 'unchoke' })
    this.#reader.startMessages(frameBytesMaxBeforePieceCount)
  }

  /** Each request has one answer (BEP 6). */
  #reject(requests: readonly BlockRequest[]): void {
    if (requests.length > 0) this.#say({ name: 'reject_request', requests })
  }
}
