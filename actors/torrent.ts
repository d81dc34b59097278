import { createHash, randomBytes as systemRandomBytes } from 'node:crypto'
import { type Actor, createActor, type InspectionEvent, type Observer, waitFor } from 'xstate'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import type { EncryptionPolicy } from '../machines/peer/context.ts'
import { limits } from '../machines/peer/delays.ts'
import { peerMachine } from '../machines/peer/peer.ts'
import { createPeerId } from '../machines/peer-id.ts'
import type { PeerSummary, TorrentEmitted, TorrentProgress } from '../machines/torrent/emitted.ts'
import type { Extension } from '../machines/torrent/extension.ts'
import { peerGroupMachine } from '../machines/torrent/peer-group.ts'
import { progressOf, summarize } from '../machines/torrent/summary.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import type { Metainfo } from '../storage/metainfo.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import { type Clock, systemClock } from '../transport/clock.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import type { Random } from '../transport/random.ts'
import { tcpTransport } from '../transport/tcp.ts'
import type { Address, Transport } from '../transport/transport.ts'
import { extensionsMax } from '../transport/wire/extended/handshake.ts'
import { extensionLogic } from './extensions/extension.ts'
import { ltDonthave } from './extensions/lt-donthave.ts'
import { uploadOnly } from './extensions/upload-only.ts'
import { utPex } from './extensions/ut-pex.ts'
import { listenerLogic } from './listener.ts'
import { storageLogic } from './storage.ts'
import { createTicker } from './ticker.ts'
import { tickerLogic } from './ticker-actor.ts'
import { openSource, type TorrentSource } from './torrent-source.ts'
import { type TransportServices, transportLogic } from './transport.ts'
import { clientVersion } from './version.ts'

/** What `createTorrent` needs: `metainfo` and `store`, or `magnet` and `openStore`; and what it may be given. */
export type TorrentOptions = TorrentSource & TorrentSettings

/** What `createTorrent` may be given. */
export interface TorrentSettings {
  /** What carries the bytes. Default TCP. */
  readonly transport?: Transport
  /** Where to accept peers; port 0 picks a free one, told by `listening`. Default: nowhere. */
  readonly listen?: Address
  /** Peers to dial from the start. */
  readonly peers?: readonly Address[]
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** Connections held at once. Default 55 (webtorrent). */
  readonly maxPeers?: number
  /** Peers unchoked at once. Default 4 (BEP 3). */
  readonly slots?: number
  /** Extensions of your own (BEP 10), beside or instead of those built in; `addExtension` adds more later. */
  readonly extensions?: readonly Extension[]
  /** Default: the system's. A simulated clock makes the torrent run in virtual time. */
  readonly clock?: Clock
  /** At least 0, below 1. Default `Math.random`; a seeded one replays a run, together with `randomBytes`. */
  readonly random?: Random
  /** For the private keys of encryption (MSE/PE). Default: the system's; a replay gives its own. */
  readonly randomBytes?: RandomBytes
  /** Gets every inspection event of the torrent and its peers, as XState's `inspect`. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
}

/** The actor behind a torrent. */
export type TorrentActor = Actor<typeof torrentMachine>

/** A torrent that downloads and seeds: a thin handle over its actor. */
export interface Torrent {
  readonly actor: TorrentActor
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Undefined as long as the metadata of a magnet link has not come. */
  readonly metainfo: Metainfo | undefined
  /** Its connections. One that has ended is `closed` here until its last words are flushed; then it is forgotten. */
  readonly peers: readonly PeerSummary[]
  readonly progress: TorrentProgress
  /** Checks the data, then dials, accepts, downloads and seeds; a magnet link dials first. Once; again after `failed`. */
  start(): void
  /** Closes every connection and keeps what is verified. */
  pause(): void
  resume(): void
  /** Closes every connection, waits for the disk, ends the actor. Resolves when no socket and no file is left open. */
  stop(): Promise<void>
  /**
   * Runs an extension (BEP 10) on the torrent from now on; one of the same name is replaced. Every peer is told, and hears from it
   * as soon as it speaks it too. Throws a RangeError for the 65th name, those removed included, as peers are told of them.
   */
  addExtension(extension: Extension): void
  /** Ends an extension; nothing when there is none of that name. */
  removeExtension(name: string): void
  /** An address to dial. Throws a RangeError when the port is not 1 to 65535. */
  addPeer(address: Address): void
  /** Calls `listener` for each emitted event of a type. It must not throw: XState reports that as an uncaught exception. */
  on<Type extends TorrentEmitted['type']>(
    type: Type,
    listener: (event: Extract<TorrentEmitted, { type: Type }>) => void,
  ): { unsubscribe(): void }
}

/** Makes a torrent, stopped. Throws a RangeError when the store's chunks are not the torrent's pieces, or an info hash has not 20 bytes. */
export function createTorrent(options: TorrentOptions): Torrent {
  const { clock = systemClock, encryption = 'preferred', random = Math.random, transport = tcpTransport() } = options
  const { known, storage, ...source } = openSource(options, clock)
  const infoHash = bytesToHex(source.infoHash)
  const torrents = new SkeyTable()
  torrents.add(source.infoHash)
  const { randomBytes = systemRandomBytes } = options
  const machine = provideTorrent({ storage: () => storage.get(), transport, clock, randomBytes, torrents })
  const peerId = bytesToHex(createPeerId(random))
  // A private torrent learns of peers from its trackers alone (BEP 27).
  const built = [source.utMetadata, ...(storage.metainfo?.private ? [] : [utPex()]), ltDonthave(), uploadOnly()]
  const extensions = [
    ...new Map([...built, ...(options.extensions ?? [])].map((extension) => [extension.name, extension])).values(),
  ]
  requireRoom(extensions.map(({ name }) => name))
  const actor = createActor(machine, {
    clock,
    ...(options.inspect && { inspect: options.inspect }),
    input: {
      infoHash,
      ...(known && { layout: known.layout }),
      peerId,
      greeting: {
        v: clientVersion,
        reqq: limits.reqq,
        prefersEncryption: encryption !== 'none',
        ...(options.listen?.port && { p: options.listen.port }),
        ...(known && { metadataSize: known.metadataSize }),
      },
      transport: transport.kind,
      random,
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
      at: clock.now(),
      ...(options.listen && { listen: options.listen }),
      peers: [...source.peers, ...(options.peers ?? [])],
      encryption,
      ...(options.maxPeers !== undefined && { maxPeers: options.maxPeers }),
      ...(options.slots !== undefined && { slots: options.slots }),
      extensions,
    },
  })
  actor.start()
  let stopped: Promise<void> | undefined
  const stop = async () => {
    try {
      if (actor.getSnapshot().status !== 'active') return
      actor.send({ type: 'torrent.stop' })
      await waitFor(actor, (snapshot) => snapshot.matches('stopped'))
      actor.stop()
    } finally {
      await storage.close()
    }
  }
  return {
    actor,
    infoHash: hexToBytes(infoHash),
    get metainfo() {
      return storage.metainfo
    },
    get peers() {
      const records = [...actor.getSnapshot().context.work.swarm.peers.values()]
      return records.flatMap((record) => summarize(record) ?? [])
    },
    get progress() {
      return progressOf(actor.getSnapshot().context)
    },
    start: () => actor.send({ type: 'torrent.start' }),
    pause: () => actor.send({ type: 'torrent.pause' }),
    resume: () => actor.send({ type: 'torrent.resume' }),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
    addExtension(extension) {
      requireRoom([...Object.keys(actor.getSnapshot().context.greeting.m ?? {}), extension.name])
      actor.send({ type: 'torrent.add_extension', extension })
    },
    removeExtension: (name) => actor.send({ type: 'torrent.remove_extension', name }),
    addPeer(address) {
      if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) {
        throw new RangeError(`port ${address.port} is not between 1 and 65535`)
      }
      actor.send({ type: 'torrent.add_peer', address })
    },
    on: (type, listener) => actor.on(type, listener as (event: TorrentEmitted) => void),
  }
}

/** An extended handshake bears only so many names; those of removed extensions stay in it, with the id 0 (BEP 10). */
function requireRoom(names: readonly string[]): void {
  if (new Set(names).size > extensionsMax) {
    throw new RangeError(`a torrent has at most ${extensionsMax} names of extensions, removed ones included`)
  }
}

/**
 * The torrent chart with its effects: disk, sockets, time and chance. `storage` is called as often as something is asked of the
 * disk: of a torrent with a layout from its start, without one after `metadata.ready`.
 */
export function provideTorrent({
  storage,
  ...given
}: Omit<TransportServices, 'ticker'> & { readonly storage: () => PieceStorage }): typeof torrentMachine {
  const { transport, clock } = given
  const ticker = createTicker(clock)
  const peer = peerMachine.provide({ actors: { transport: transportLogic({ ...given, ticker }) } })
  return torrentMachine.provide({
    actors: {
      storage: storageLogic(storage),
      listener: listenerLogic(transport),
      ticker: tickerLogic(ticker, clock),
      extension: extensionLogic,
      group: peerGroupMachine.provide({ actors: { peer } }),
    },
  })
}
