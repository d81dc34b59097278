import { randomBytes as systemRandomBytes } from 'node:crypto'
import { createActor, type InspectionEvent, type Observer } from 'xstate'
import { bytesToHex } from '../machines/hex.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { limits as bounds } from '../machines/peer/vocabulary/delays.ts'
import type { EncryptionPolicy } from '../machines/peer/vocabulary/facts.ts'
import type { Link } from '../machines/peer/vocabulary/link.ts'
import { type Bandwidth, requireLimits } from '../transport/bandwidth/bandwidth.ts'
import { type ByHand, HandConnection } from '../transport/by-hand.ts'
import type { Clock } from '../transport/clock.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import type { Random } from '../transport/random.ts'
import { requireObject } from '../transport/require.ts'
import { systemClock } from '../transport/system-clock.ts'
import type { Address, Connection } from '../transport/transport.ts'
import { defaultTransports } from './default-transports.ts'
import { requireAddress, requireOptions } from './options.ts'
import { Admission, type ProtocolStage, type ReadTorrent, readTorrent, requireStage } from './peer-admission.ts'
import { PeerHandle } from './peer-handle.ts'
import { createPeerId, requirePeerId } from './peer-identity.ts'
import { type Recorder, watched } from './recording.ts'
import { createTicker, type Ticker } from './ticker.ts'
import { transportLogic } from './transport.ts'
import type { TransportServices } from './transport-services.ts'
import { kindsOf, type Transports } from './transports.ts'
import { clientVersion } from './version.ts'

const defaultTransport = defaultTransports()
const noTorrents = new SkeyTable()

/** What `createPeer` needs, and may be given. */
export interface PeerOptions {
  /**
   * The address to dial; or a connection that exists and was not opened yet: an accepted one, or one end of a memory pair; or nothing
   * but a function that takes what is written, for a peer driven by hand (`onData`, `writeBuffer`).
   */
  readonly to: (Address & { readonly open?: never }) | Connection | ByHand
  /** 20 bytes. An incoming connection may leave this and the next three to `setTorrent`: its handshake names the torrent. */
  readonly infoHash?: Uint8Array
  /** Bytes of a piece and of the whole torrent, as its metainfo says. */
  readonly pieceLength?: number
  readonly length?: number
  /** What we announce, high bit first, as a bitfield (BEP 3). Default: nothing. */
  readonly have?: Uint8Array
  /**
   * How far the peer goes by itself: `handshake` waits behind the handshake, for as long as that may take (10 s), until
   * `setProtocol('full')`. Default `full`.
   */
  readonly protocol?: ProtocolStage
  /** 20 bytes, or a string of 20 characters, one a byte (BEP 20). Default: a new one a peer, as `createPeerId` makes it. */
  readonly peerId?: Uint8Array | string | undefined
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /**
   * Which torrents an incoming peer without one may be about if it is encrypted, as MSE/PE does not name them in the clear: any
   * other ends as `local.unknown_torrent`. Default: none, so that such a peer has to come in plaintext.
   */
  readonly torrents?: SkeyTable
  /** Bytes a second on the wire. Default: no limits. `setLimits` changes them. */
  readonly downloadLimit?: number | undefined
  readonly uploadLimit?: number | undefined
  /** Limits that it shares with others, made by `createBandwidth` on the same clock. */
  readonly bandwidth?: Bandwidth | undefined
  /** What dials: one transport, or several, as `createTorrent` takes them. Default TCP and uTP. */
  readonly transport?: Transports
  /** Default: the system's. */
  readonly clock?: Clock
  /** At least 0, below 1. Default `Math.random`. */
  readonly random?: Random
  /** For the private keys of encryption (MSE/PE). Default: the system's; a replay gives its own. */
  readonly randomBytes?: RandomBytes
  /**
   * Gets every inspection event of the peer, as XState's `inspect`: a function, or an observer whose `next` it is. It must not throw:
   * that harms no actor, and is reported as an uncaught exception.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /** Writes down what the connection hears and says, for a replay, as `openRecorder` makes one. Default: nobody does. */
  readonly record?: Recorder | undefined
}

/** One peer connection under a parent of your own: a thin handle over its actor. */
export interface Peer extends Pick<PeerHandle, keyof PeerHandle> {}

/**
 * Makes a peer and dials at once, or opens the connection given. Throws a RangeError for values no torrent can have, an address
 * without host or port, an encryption policy or a stage of the protocol there is not, a peer id that has not 20 bytes and a limit
 * that is not above 0, and a TypeError when there is no remote to talk to, or the torrent is missing, or given in part.
 */
export function createPeer(options: PeerOptions): Peer {
  requireObject('what createPeer is given', options)
  const {
    to,
    clock = systemClock,
    encryption = 'preferred',
    protocol = 'full',
    randomBytes = systemRandomBytes,
    torrents = noTorrents,
    transport = defaultTransport,
  } = options
  const limits = { down: options.downloadLimit, up: options.uploadLimit }
  requireLimits(limits)
  const { bandwidth, inspect, record } = options
  requireOptions({ bandwidth, clock, encryption, inspect, random: options.random, randomBytes, record, transport })
  requireStage(protocol)
  requireRemote(to)
  const given = options.peerId === undefined ? undefined : requirePeerId(options.peerId)
  const connection = connectionOf(to, clock)
  const link: Link =
    'remote' in to
      ? { address: to.remote, direction: to.direction, kind: to.open ? to.kind : 'hand' }
      : { address: to, direction: 'out', kind: kindsOf(transport)[0] }
  const torrent = torrentOf(options, link)
  const { machine, ticker } = providePeer({ transport, clock, randomBytes, torrents })
  const { inspecting, random } = watched(options, clock)
  const actor = createActor(machine, {
    clock,
    ...inspecting,
    input: {
      peer: 0,
      link,
      ...(connection ? { connection } : { ways: kindsOf(transport) }),
      at: clock.now(),
      ...torrent,
      peerId: bytesToHex(given ?? createPeerId(random)),
      greeting: { v: clientVersion, reqq: bounds.reqq, prefersEncryption: encryption !== 'none' },
      encryption,
      handshakeOnly: protocol === 'handshake',
    },
  })
  const admission = new Admission(actor, protocol)
  actor.on('peer.closed', () => actor.stop())
  actor.start()
  const carrier = actor.getSnapshot().context.transport
  if (options.bandwidth) carrier.send({ type: 'link.share_bandwidth', bandwidth: options.bandwidth })
  if (limits.down !== undefined || limits.up !== undefined) carrier.send({ type: 'link.set_limits', limits })
  const hand = connection instanceof HandConnection ? connection : undefined
  hand?.settle()
  return new PeerHandle({ actor, admission, clock, ticker, hand })
}

function requireRemote(to: PeerOptions['to']): void {
  if (!to) throw new TypeError('to is an address to dial, a connection, or a peer driven by hand')
  if (!('remote' in to)) requireAddress(to)
}

function connectionOf(to: PeerOptions['to'], clock: Clock): Connection | undefined {
  if (to.open) return to
  return 'write' in to ? new HandConnection(to, clock) : undefined
}

function torrentOf(options: PeerOptions, { direction }: Link): ReadTorrent | undefined {
  const { infoHash, pieceLength, length, have } = options
  if (infoHash && pieceLength !== undefined && length !== undefined) {
    return readTorrent({ infoHash, pieceLength, length, ...(have && { have }) })
  }
  if (infoHash || pieceLength !== undefined || length !== undefined || have) {
    throw new TypeError('infoHash, pieceLength and length are given together; have needs them')
  }
  if (direction === 'out') throw new TypeError('who dials says which torrent: infoHash, pieceLength and length')
  return undefined
}

type PeerServices = Omit<TransportServices, 'ticker'>

interface Provided {
  readonly services: PeerServices
  readonly ticker: Ticker
  readonly machine: typeof peerMachine
}

const provided = new WeakMap<Transports, Provided>()

/**
 * The peer chart with its transport. XState compiles a machine anew for each `provide`, which takes longer than a handshake:
 * peers that share their services share the machine.
 */
function providePeer(services: PeerServices): Provided {
  const { transport, clock, randomBytes, torrents } = services
  const last = provided.get(transport)
  const isSame =
    last?.services.clock === clock && last.services.randomBytes === randomBytes && last.services.torrents === torrents
  if (last && isSame) return last
  const ticker = createTicker(clock)
  const logic = transportLogic({ ...services, ticker })
  const made = { services, ticker, machine: peerMachine.provide({ actors: { transport: logic } }) }
  provided.set(transport, made)
  return made
}
