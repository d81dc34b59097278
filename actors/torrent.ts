import { createHash, randomBytes as systemRandomBytes } from 'node:crypto'
import { type Actor, createActor, waitFor } from 'xstate'
import { explain } from '../machines/explain/explain.ts'
import type { Explanation } from '../machines/explain/reasons.ts'
import type { Extension } from '../machines/extensions/extension.ts'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import { limits } from '../machines/peer/vocabulary/delays.ts'
import type { ChokeRecord } from '../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { leftOf, piecesOf } from '../machines/torrent/content/left.ts'
import { isInPlace } from '../machines/torrent/content/placing.ts'
import { progressOf } from '../machines/torrent/core/progress.ts'
import { summarize } from '../machines/torrent/peers/summary.ts'
import { listeningOf, stateOf } from '../machines/torrent/states/standing.ts'
import type { torrentMachine } from '../machines/torrent/torrent.ts'
import { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import type { PeerSummary, TorrentEmitted, TorrentProgress } from '../machines/torrent/vocabulary/emitted.ts'
import type { TorrentWish } from '../machines/torrent/vocabulary/events.ts'
import { summarizeWebSeed } from '../machines/torrent/web-seeds/web-seed-list.ts'
import type { Metainfo } from '../storage/metainfo.ts'
import { type Bandwidth, createBandwidth, type RateLimits, requireLimits } from '../transport/bandwidth/bandwidth.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import { requireBoolean, requireText } from '../transport/require.ts'
import { systemClock } from '../transport/system-clock.ts'
import type { Address } from '../transport/transport.ts'
import { type AddsSources, addingSources } from './adding-sources.ts'
import { builtIn } from './built-in-extensions.ts'
import { Completion } from './completion.ts'
import { defaultTransports } from './default-transports.ts'
import { summarizeDht } from './dht-summary.ts'
import { prioritiesOf, requireChoice } from './file-choice.ts'
import { FileHandles, type WithFiles } from './file-handles.ts'
import { streamHost } from './file-stream.ts'
import { inTime } from './in-time.ts'
import { requireListener } from './listeners.ts'
import { type Movable, moveFiles } from './moving.ts'
import {
  requireAddress,
  requireCount,
  requireExtension,
  requireOptions,
  requireRoom,
  requireSource,
} from './options.ts'
import { orderly } from './orderly.ts'
import { createPeerId, requirePeerId } from './peer-identity.ts'
import { limitPeersAt } from './peer-limits.ts'
import { provideTorrent, trackerNetwork } from './provide-torrent.ts'
import { watched } from './recording.ts'
import { scrapeAll } from './scraping.ts'
import type { TorrentHome, TorrentOptions } from './torrent-options.ts'
import { peerAt, type TorrentPeer } from './torrent-peer.ts'
import { openSource } from './torrent-source.ts'
import type { TorrentStanding } from './torrent-standing.ts'
import { summarizeTracker, trackersOf } from './tracker-places.ts'
import { kindsOf } from './transports.ts'
import { ListenerCount } from './unheard.ts'
import { clientVersion } from './version.ts'
import { webSeedsOf } from './web-seeds.ts'
import { whenOver } from './when-over.ts'

/**
 * How long `stop` waits for what the store was asked for, and for its `close`, in milliseconds. Our own number: the last save, which waits
 * for the same writes, was given its time before.
 */
export const storeClosingMs = 10_000

/** The actor behind a torrent. */
export type TorrentActor = Actor<typeof torrentMachine>

/**
 * A torrent that downloads and seeds: a thin handle over its actor. After `stop()`, or when its actor has ended, whatever would change
 * it throws an Error; it may be asked how it stood, and `stop` called again.
 */
export interface Torrent extends AddsSources, Movable, TorrentStanding, WithFiles {
  readonly actor: TorrentActor
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Undefined as long as the metadata of a magnet link has not come. */
  readonly metainfo: Metainfo | undefined
  /** Its connections. One that has ended is `closed` here until its last words are flushed; then it is forgotten. */
  readonly peers: readonly PeerSummary[]
  readonly progress: TorrentProgress
  /** The connection to an address, as `peers` shows it; undefined where there is none, or it ends. */
  peer(address: Address): TorrentPeer | undefined
  /** The addresses that are banned, and why: the list it was given, or its own. */
  readonly blacklist: Blacklist
  /** Which peers were unchoked when slots were last given, and of each peer why or why not; undefined before. */
  readonly chokeRound: ChokeRecord | undefined
  /** Why nothing flows right now, each way: its own reasons, then those of its connections, each with the address. */
  explain(): Explanation
  /**
   * Resolves with the event `done`, when all that is wanted (`files`) is there; rejects with the error when it has `failed` before, or as it
   * was stopped. Where more is missing afterwards, as `select` wants more or files were lost, it is another promise, and so it is after a
   * `failed` that `start()` tries again. Stays pending while data cannot be read (`warning`, `recheck`), or a read-only store lacks any.
   */
  readonly done: Promise<Extract<TorrentEmitted, { type: 'done' }>>
  /**
   * Checks the data, then dials, accepts, downloads and seeds; a magnet link dials first. Throws an Error when it was started, unless it
   * has `failed` since.
   */
  start(): void
  /** Closes every connection and keeps what is verified. Throws an Error when it does not run. */
  pause(): void
  /** Goes on. Throws an Error when it is not paused. */
  resume(): void
  /**
   * Hashes what is on disk, whatever is known of it, and goes by that: what verifies is announced, what does not is withdrawn, and fetched
   * again where the store can be written to. The way to take up files that were lost (`warning`) and are back. Connections stay, and are
   * served meanwhile; `rechecked` tells the end, or `verified` where the torrent was paused or being checked. Throws an Error where a
   * `start` is yet to check the data: before the first, after `failed`, and on a magnet link without metadata.
   */
  recheck(): void
  /**
   * Closes every connection, waits for the disk, ends the actor. Resolves when no connection and no file is left open (what a transport
   * holds longer, such as the port of uTP, its `idle` tells); rejects when the store fails to close, or does not answer: a save that hangs
   * holds this up for 30 s, a read, a write or a `close` that hangs for 10 s.
   */
  stop(): Promise<void>
  /**
   * Runs an extension (BEP 10) on the torrent from now on; one of the same name is replaced. Every peer is told, and hears from it
   * as soon as it speaks it too. On a private torrent none runs that is named `ut_pex` (BEP 27). Throws a RangeError for the
   * 65th name, those removed included, as peers are told of them.
   */
  addExtension(extension: Extension): void
  /** Ends an extension; nothing when there is none of that name. */
  removeExtension(name: string): void
  /**
   * How many peers may be unchoked at once. More: free slots are given at once. Fewer: the next round chokes those that are too many.
   * Throws a RangeError for what is no whole number from 1.
   */
  setSlots(slots: number): void
  /**
   * Begins super-seeding (BEP 16) as soon as everything is there: connections that know what we have close as
   * `local.super_seeding`, and are told less when they come again. Or ends it: everything is told.
   */
  setSuperSeed(superSeed: boolean): void
  /** What each of its connections shares: its own limits, and the bandwidth given to `createTorrent`. */
  readonly bandwidths: readonly Bandwidth[]
  /**
   * Limits what all its connections take together, in bytes a second. A direction that is not named keeps its limit, undefined lifts
   * it. Throws a RangeError for a limit that is not above 0.
   */
  setLimits(limits: RateLimits): void
  /**
   * Limits the connections to one address, as `peers` shows it, each by itself and as long as it lasts; otherwise as `setLimits`.
   * Throws an Error when there is none.
   */
  setPeerLimits(address: Address, limits: RateLimits): void
  /**
   * Calls `listener` for each emitted event of a type. It must not throw: XState reports that as an uncaught exception. So is the error
   * of `failed`, as with Node's `error`, while nobody listens to that here and nobody waits for `done`. Throws a RangeError for a type
   * that is never emitted.
   */
  on<Type extends TorrentEmitted['type']>(
    type: Type,
    listener: (event: Extract<TorrentEmitted, { type: Type }>) => void,
  ): { unsubscribe(): void }
}

/**
 * Makes a torrent, stopped. Throws a TypeError when it is not said what to make it from, and a RangeError when the store's chunks are
 * not the torrent's pieces, an info hash or a peer id has not 20 bytes, an address has no host or no port, there is no such encryption policy,
 * there is no connection, of a host or in all, or no slot, or a limit is not above 0.
 */
export const createTorrent = (options: TorrentOptions): Torrent => createTorrentOf(options, undefined)

/** `createTorrent`, of a session or of none. */
export function createTorrentOf(options: TorrentOptions, home: TorrentHome | undefined): Torrent {
  requireSource(options)
  requireOptions(options)
  const { clock = systemClock, encryption = 'preferred', transport = defaultTransports() } = options
  const { known, resume, storage, ...source } = openSource(options, clock, options.resume)
  const infoHash = bytesToHex(source.infoHash)
  const torrents = new SkeyTable()
  torrents.add(source.infoHash)
  const { blacklist = new Blacklist(), randomBytes = systemRandomBytes } = options
  const bandwidth = createBandwidth({ clock, down: options.downloadLimit, up: options.uploadLimit })
  const bandwidths = options.bandwidth ? [bandwidth, options.bandwidth] : [bandwidth]
  const trackers = trackerNetwork({ clock, randomBytes }, options.trackerNetwork)
  const machine = provideTorrent({
    storage: () => storage.get(),
    resume,
    transport,
    clock,
    randomBytes,
    torrents,
    bandwidths,
    trackers,
    webSeeds: options.webSeedNetwork,
    dht: options.dht,
  })
  const { inspecting, random } = watched(options, clock)
  const peerId = options.peerId === undefined ? createPeerId(random) : requirePeerId(options.peerId)
  const built = [source.utMetadata, ...builtIn(transport)]
  const extensions = [
    ...new Map([...built, ...(options.extensions ?? [])].map((extension) => [extension.name, extension])).values(),
  ]
  requireRoom(extensions.map(({ name }) => name))
  const actor = createActor(machine, {
    clock,
    ...inspecting,
    input: {
      infoHash,
      ...(known && { layout: known.layout }),
      ...(source.priorities && { priorities: source.priorities }),
      ...(storage.metainfo && { isPrivate: storage.metainfo.private }),
      peerId: bytesToHex(peerId),
      greeting: {
        v: clientVersion,
        reqq: limits.reqq,
        prefersEncryption: encryption !== 'none',
        ...(options.listen?.port && { p: options.listen.port }),
        ...(known?.metadataSize !== undefined && { metadataSize: known.metadataSize }),
      },
      transports: kindsOf(transport),
      keepsResume: resume !== undefined,
      readOnly: source.readOnly,
      random,
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
      at: clock.now(),
      ...(options.listen && { listen: options.listen }),
      awaitsListener: home?.listens ?? false,
      peers: [...source.peers, ...(options.peers ?? [])],
      trackers: trackersOf(source.trackers, options.trackers),
      webSeeds: webSeedsOf(source.webSeeds, options.webSeeds),
      asksDht: options.dht !== undefined,
      dhtNodes: source.dhtNodes,
      encryption,
      ...(options.maxPeers !== undefined && { maxPeers: options.maxPeers }),
      ...(options.maxIncomingPerHost !== undefined && { maxIncomingPerHost: options.maxIncomingPerHost }),
      ...(options.connections && { connections: options.connections }),
      ...(options.slots !== undefined && { slots: options.slots }),
      ...(options.choker && { choker: options.choker }),
      ...(options.superSeed && { superSeed: true }),
      blacklist,
      extensions,
    },
  })
  const made = actor.getSnapshot()
  if (made.status === 'error') throw made.error
  const core = made.context.core.getSnapshot().context
  const failureListeners = new ListenerCount()
  const completion = new Completion(
    () => !failureListeners.isNone,
    () => isInPlace(core),
  )
  actor.on('done', (event) => completion.done(event))
  actor.on('failed', ({ error }) => completion.failed(error))
  whenOver(actor, (defect) => {
    completion.ended(defect)
    // XState stops no child of an actor that has thrown.
    core.claim.leave()
  })
  actor.start()
  if (options.sequential) actor.send({ type: 'torrent.sequential', sequential: true })
  let stopped: Promise<void> | undefined
  const requireRunning = () => {
    if (stopped || actor.getSnapshot().status !== 'active') throw new Error('the torrent was stopped')
  }
  const wish = (event: TorrentWish) => {
    requireRunning()
    actor.send(event)
  }
  const files = new FileHandles(streamHost(actor, { storage: () => storage.get(), wish }))
  const orderInTurn = orderly<TorrentWish>(actor, 'torrent')
  const order = (event: TorrentWish, done: string) => {
    requireRunning()
    orderInTurn(event, done)
  }
  const stop = async () => {
    try {
      if (actor.getSnapshot().status !== 'active') return
      actor.send({ type: 'torrent.stop', at: clock.now() })
      await waitFor(actor, (snapshot) => snapshot.matches({ life: 'stopped' }))
      actor.stop()
    } finally {
      const late = `the store did not close within ${storeClosingMs / 1000} s`
      await inTime(storage.close(), storeClosingMs, clock, late).finally(() => home?.left())
    }
  }
  return {
    actor,
    infoHash: hexToBytes(infoHash),
    get metainfo() {
      return storage.metainfo
    },
    get files() {
      return files.of(storage.metainfo)
    },
    select(choice) {
      requireChoice('what is selected', choice)
      const { metainfo } = storage
      if (!metainfo) throw new Error('the files are not known before the metadata has come')
      wish({ type: 'torrent.select', priorities: prioritiesOf(choice, metainfo.files) })
    },
    setSequential(sequential) {
      requireBoolean('sequential', sequential)
      wish({ type: 'torrent.sequential', sequential })
    },
    get peers() {
      return [...core.swarm.peers.values()].flatMap((record) => summarize(record) ?? [])
    },
    get progress() {
      return progressOf(core)
    },
    get state() {
      return stateOf(actor.getSnapshot())
    },
    get pieces() {
      return piecesOf(core)
    },
    get left() {
      return leftOf(core)
    },
    get peerId() {
      return peerId.slice()
    },
    get listening() {
      return listeningOf(actor.getSnapshot())
    },
    peer(address) {
      requireAddress(address)
      return peerAt(core.swarm, address, wish)
    },
    blacklist,
    get chokeRound() {
      return core.chokeRound
    },
    explain: () => explain(actor),
    get done() {
      return completion.promise
    },
    start() {
      order({ type: 'torrent.start', at: clock.now() }, 'started')
      completion.renew()
    },
    pause: () => order({ type: 'torrent.pause', at: clock.now() }, 'paused'),
    resume: () => order({ type: 'torrent.resume', at: clock.now() }, 'resumed'),
    get folder() {
      return storage.metainfo && storage.get().folder
    },
    moveTo: (folder) => moveFiles({ actor, storage, folder, begin: (event) => order(event, 'moved') }),
    recheck: () => order({ type: 'torrent.recheck' }, 'checked again'),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
    addExtension(extension) {
      requireExtension(extension)
      requireRoom([...Object.keys(core.greeting.m ?? {}), extension.name])
      wish({ type: 'torrent.add_extension', extension })
    },
    removeExtension(name) {
      requireText('the name of an extension', name)
      wish({ type: 'torrent.remove_extension', name })
    },
    ...addingSources(wish),
    get dht() {
      return summarizeDht(core)
    },
    get trackers() {
      return core.trackers.map(summarizeTracker)
    },
    scrape: () => scrapeAll({ actor, trackers: core.trackers, infoHash: source.infoHash, network: trackers }),
    get webSeeds() {
      return core.webSeeds.map(summarizeWebSeed)
    },
    setSlots(slots) {
      requireCount('slots', slots)
      wish({ type: 'torrent.set_slots', slots })
    },
    setSuperSeed(superSeed) {
      requireBoolean('superSeed', superSeed)
      wish({ type: 'torrent.super_seed', superSeed })
    },
    bandwidths,
    setLimits(limits) {
      requireRunning()
      bandwidth.setLimits(limits)
    },
    setPeerLimits(address, limits) {
      requireAddress(address)
      requireLimits(limits)
      limitPeersAt(core, address, limits)
    },
    on(type, listener) {
      requireListener('torrent', type, listener)
      const subscription = actor.on(type, listener as (event: TorrentEmitted) => void)
      return type === 'failed' ? failureListeners.add(subscription) : subscription
    },
  }
}
