import { randomBytes as systemRandomBytes } from 'node:crypto'
import { type Actor, type AnyActorRef, createActor, type InspectionEvent, type Observer, waitFor } from 'xstate'
import { bytesToHex } from '../machines/hex.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import type { EncryptionPolicy } from '../machines/peer/vocabulary/facts.ts'
import type { SessionEmitted, SessionWish } from '../machines/session/events.ts'
import { sessionMachine } from '../machines/session/session.ts'
import { ConnectionLimit, placesFor } from '../machines/torrent/connections/connection-limit.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import type { Listening } from '../machines/torrent/vocabulary/events.ts'
import type { Bandwidth } from '../transport/bandwidth/bandwidth.ts'
import { processDescriptors } from '../transport/descriptors.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import { requireObject } from '../transport/require.ts'
import { systemClock } from '../transport/system-clock.ts'
import { UdpConnections } from '../transport/tracker/udp-connections.ts'
import { defaultTransports } from './default-transports.ts'
import { listenerLogic } from './listener.ts'
import { requireListener } from './listeners.ts'
import { requireOptions, requireSource } from './options.ts'
import { orderly } from './orderly.ts'
import { createPeerId } from './peer-identity.ts'
import { watched } from './recording.ts'
import { createTicker } from './ticker.ts'
import { tickerLogic } from './ticker-actor.ts'
import { createTorrentOf, type Torrent } from './torrent.ts'
import type { TorrentSettings } from './torrent-options.ts'
import type { TorrentSource } from './torrent-source.ts'
import { type SessionStatistics, Totals } from './totals.ts'
import { transportLogic } from './transport.ts'
import type { TransportServices } from './transport-services.ts'
import { ListenerCount, throwUnheard } from './unheard.ts'
import { whenOver } from './when-over.ts'

/** What all torrents of a session have in common. */
type Shared =
  | 'transport'
  | 'listen'
  | 'encryption'
  | 'blacklist'
  | 'bandwidth'
  | 'clock'
  | 'dht'
  | 'random'
  | 'randomBytes'
  | 'record'

/** What a torrent of a session is made from: what `createTorrent` takes, but for what all have in common. */
export type SessionTorrentOptions = TorrentSource & Omit<TorrentSettings, Shared | 'connections'>

/** What `createSession` may be given; what its torrents share is as `createTorrent` takes it. */
export interface SessionOptions extends Pick<TorrentSettings, Exclude<Shared, 'bandwidth' | 'encryption'>> {
  /** As `createTorrent` takes it, for each of its torrents that brings none of its own. */
  readonly maxIncomingPerHost?: number | undefined
  /** How all connections of the session are secured. Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /**
   * Connections that all torrents may hold at once, besides `maxPeers` of each. Default 200, or three quarters of the sockets that the
   * system allows (`ulimit -n`) where those are fewer (libtorrent does alike). Those that have not named
   * their torrent yet, at most 100, and those whose handshake is not done are not counted.
   */
  readonly maxConnections?: number
  /** Limits that all torrents share, made by `createBandwidth` on the same clock. Default: none. */
  readonly bandwidth?: Bandwidth | undefined
  /**
   * Gets every inspection event of the session and of the peers that come in, as XState's `inspect`: a function, or an observer whose
   * `next` it is. It must not throw: that harms no actor, and is reported as an uncaught exception.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
}

/** The actor behind a session. */
export type SessionActor = Actor<typeof sessionMachine>

/** Many torrents behind one listener: a thin handle over its actor. */
export interface Session {
  readonly actor: SessionActor
  /** In the order they were added. One whose actor has ended is not among them any more. */
  readonly torrents: readonly Torrent[]
  /** Connections that its torrents hold together. */
  readonly connections: number
  /** What its torrents have moved together, those that were removed included: the sum of their `progress`. */
  readonly statistics: SessionStatistics
  /** Where it accepts peers now, by each transport; none while it does not listen. */
  readonly listening: readonly Listening[]
  /** The addresses that are banned, in whichever torrent; all torrents close them. */
  readonly blacklist: Blacklist
  /**
   * Makes a torrent, stopped, that shares the session's listener, limits and blacklist. It may be added before the session starts; where that
   * has an address to listen on, trackers and the DHT, which are told the port, are asked once it listens or has failed. Throws an Error when
   * the session has one of that info hash, or was stopped, and what `createTorrent` throws.
   */
  add(options: SessionTorrentOptions): Torrent
  /** Stops a torrent. Resolves as its `stop` does. Throws an Error when it is not one of the session. */
  remove(torrent: Torrent): Promise<void>
  /** Listens. Its torrents are started by themselves. Throws an Error when it was started, unless it has `failed` since, or stopped. */
  start(): void
  /**
   * Stops listening, then every torrent, then its own actor. Resolves when no connection and no file is left open, also of torrents that were
   * removed or stopped just before; rejects as the `stop` of a torrent does. What a transport of the caller's holds longer, such as the port of
   * uTP, its `idle` tells.
   */
  stop(): Promise<void>
  /**
   * Calls `listener` for each emitted event of a type. It must not throw: XState reports that as an uncaught exception. So is the error
   * of `failed` while nobody listens to that here, as with Node's `error`. Throws a RangeError for a type that is never emitted.
   */
  on<Type extends SessionEmitted['type']>(
    type: Type,
    listener: (event: Extract<SessionEmitted, { type: Type }>) => void,
  ): { unsubscribe(): void }
}

/**
 * Makes a session, stopped. Throws a RangeError when `maxConnections` or `maxIncomingPerHost` is not a whole number from 1, the address to
 * listen on has no host or no port, or there is no such encryption policy.
 */
export function createSession(options: SessionOptions = {}): Session {
  requireObject('what createSession is given', options)
  const {
    bandwidth,
    blacklist = new Blacklist(),
    clock = systemClock,
    dht,
    encryption = 'preferred',
    listen,
    maxConnections,
    maxIncomingPerHost,
    record,
    randomBytes = systemRandomBytes,
    transport = defaultTransports(),
  } = options
  requireOptions({ ...options, listen, encryption, maxIncomingPerHost })
  const connections = new ConnectionLimit(maxConnections ?? placesFor(processDescriptors().socketsMax))
  const { inspecting, random } = watched(options, clock)
  const trackerConnections = new UdpConnections(clock)
  const skeys = new SkeyTable()
  const torrents = new Map<string, Torrent>()
  /** Those that may have a connection or a file open, also such as were removed, or have ended. */
  const open = new Set<Torrent>()
  const totals = new Totals()
  const actor = createActor(provideSession({ transport, clock, randomBytes, torrents: skeys }), {
    clock,
    ...inspecting,
    input: {
      ...(listen && { listen }),
      peerId: bytesToHex(createPeerId(random)),
      encryption,
      blacklist,
      at: clock.now(),
    },
  })
  // Without the actors of their peers the torrents could not go on.
  whenOver(actor, () => {
    for (const torrent of torrents.values()) torrent.actor.stop()
  })
  const failureListeners = new ListenerCount()
  actor.on('failed', ({ error }) => throwUnheard(error, () => !failureListeners.isNone))
  actor.start()
  const order = orderly<SessionWish>(actor, 'session')

  const wish = (event: SessionWish) => {
    if (actor.getSnapshot().status === 'active') actor.send(event)
  }
  const requireRunning = () => {
    if (stopped || actor.getSnapshot().status !== 'active') throw new Error('the session was stopped')
  }
  const forget = (infoHash: string, torrent: Torrent) => {
    if (torrents.get(infoHash) !== torrent) return
    torrents.delete(infoHash)
    skeys.delete(torrent.infoHash)
    wish({ type: 'session.remove_torrent', infoHash })
  }
  let stopped: Promise<void> | undefined
  const stop = async () => {
    wish({ type: 'session.stop' })
    const stops = await Promise.allSettled([...open].map((torrent) => torrent.stop()))
    if (actor.getSnapshot().status === 'active') {
      await waitFor(actor, (snapshot) => snapshot.matches('stopped'))
      actor.stop()
    }
    for (const one of stops) if (one.status === 'rejected') throw one.reason
  }

  return {
    actor,
    blacklist,
    get torrents() {
      return [...torrents.values()]
    },
    get connections() {
      return connections.held
    },
    get statistics() {
      return totals.sum
    },
    get listening() {
      return actor.getSnapshot().context.core.getSnapshot().context.listening
    },
    add(added) {
      requireSource(added)
      const source = added.metainfo ?? added.magnet
      const infoHash = bytesToHex(source.infoHash)
      requireRunning()
      if (torrents.has(infoHash)) throw new Error(`the session has the torrent ${infoHash} already`)
      const trackerNetwork = { connections: trackerConnections, ...added.trackerNetwork }
      const shared = {
        bandwidth,
        blacklist,
        clock,
        connections,
        dht,
        encryption,
        random,
        randomBytes,
        record,
        trackerNetwork,
        transport,
      }
      const home = { listens: listen !== undefined, left: () => void open.delete(torrent) }
      const torrent = createTorrentOf({ maxIncomingPerHost, ...added, ...shared }, home)
      torrents.set(infoHash, torrent)
      open.add(torrent)
      totals.add(torrent)
      skeys.add(torrent.infoHash)
      const { bandwidths } = torrent
      const ref: AnyActorRef = torrent.actor
      wish({ type: 'session.add_torrent', infoHash, torrent: { ref, bandwidths } })
      const ended = () => {
        totals.end(torrent)
        forget(infoHash, torrent)
        wish({ type: 'session.torrent_ended', ref })
      }
      ref.subscribe({ complete: ended, error: ended })
      return torrent
    },
    remove(torrent) {
      if (![...torrents.values()].includes(torrent)) throw new Error('this torrent is not one of the session')
      const infoHash = bytesToHex(torrent.infoHash)
      forget(infoHash, torrent)
      return torrent.stop()
    },
    start() {
      requireRunning()
      order({ type: 'session.start' }, 'started')
    },
    stop: () => {
      stopped ??= stop()
      return stopped
    },
    on(type, listener) {
      requireListener('session', type, listener)
      const subscription = actor.on(type, listener as (event: SessionEmitted) => void)
      return type === 'failed' ? failureListeners.add(subscription) : subscription
    },
  }
}

/** The session chart with its effects: sockets and time. */
function provideSession(given: Omit<TransportServices, 'ticker'>): typeof sessionMachine {
  const { transport, clock } = given
  const ticker = createTicker(clock)
  const peer = peerMachine.provide({ actors: { transport: transportLogic({ ...given, ticker }) } })
  return sessionMachine.provide({
    actors: {
      listener: listenerLogic(transport),
      ticker: tickerLogic(ticker, clock),
      group: peerGroupMachine.provide({ actors: { peer } }),
    },
    actions: { refuse: (_, { connection }) => connection.destroy() },
  })
}
