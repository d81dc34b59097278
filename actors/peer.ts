import { randomBytes as systemRandomBytes } from 'node:crypto'
import { type Actor, createActor, type InspectionEvent, type Observer } from 'xstate'
import { bytesToHex } from '../machines/hex.ts'
import type { EncryptionPolicy } from '../machines/peer/context.ts'
import { limits } from '../machines/peer/delays.ts'
import type { Link, PeerNews } from '../machines/peer/events.ts'
import { peerMachine } from '../machines/peer/peer.ts'
import * as selectors from '../machines/peer/selectors.ts'
import { createPeerId } from '../machines/peer-id.ts'
import { PieceSet } from '../machines/piece-set.ts'
import { Layout } from '../machines/torrent/layout.ts'
import { type Clock, systemClock } from '../transport/clock.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import type { Random } from '../transport/random.ts'
import { tcpTransport } from '../transport/tcp.ts'
import type { Address, Connection, Transport } from '../transport/transport.ts'
import { createTicker } from './ticker.ts'
import { type TransportServices, transportLogic } from './transport.ts'
import { clientVersion } from './version.ts'

const defaultTransport = tcpTransport()

/** What `createPeer` needs, and may be given. */
export interface PeerOptions {
  /** Whom to dial, or a connection that exists and was not opened yet: an accepted one, or one end of a memory pair. */
  readonly to: Address | Connection
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Bytes of a piece and of the whole torrent, as its metainfo says. */
  readonly pieceLength: number
  readonly length: number
  /** What we announce, high bit first, as a bitfield (BEP 3). Default: nothing. */
  readonly have?: Uint8Array
  /** 20 bytes. Default: a new one a peer. */
  readonly peerId?: Uint8Array
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** What dials. Default TCP. */
  readonly transport?: Transport
  /** Default: the system's. */
  readonly clock?: Clock
  /** At least 0, below 1. Default `Math.random`. */
  readonly random?: Random
  /** For the private keys of encryption (MSE/PE). Default: the system's; a replay gives its own. */
  readonly randomBytes?: RandomBytes
  /** As XState's `inspect`. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
}

/** One peer connection under a parent of your own: a thin handle over its actor. */
export interface Peer {
  readonly actor: Actor<typeof peerMachine>
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  /** Each says it once: nothing is sent when the state holds already, or the connection is not open. */
  choke(): void
  unchoke(): void
  interested(): void
  notInterested(): void
  /**
   * Asks for a block: `index` zero-based piece, `begin` bytes into it, `length` bytes, at most 16 KiB. Throws a RangeError when
   * the torrent has no such block, and an Error when the connection is not open, or the peer
   * chokes us and does not allow the piece (BEP 6).
   */
  request(index: number, begin: number, length: number): void
  /** Calls `listener` for each piece of news of a type. Blocks are views: copy what you keep before you return. */
  on<Type extends PeerNews['type']>(
    type: Type,
    listener: (news: Extract<PeerNews, { type: Type }>) => void,
  ): { unsubscribe(): void }
  /** Ends the connection in good order, and the actor with it. */
  stop(): void
}

/** Makes a peer and dials at once, or opens the connection given. Throws a RangeError for values no torrent can have. */
export function createPeer(options: PeerOptions): Peer {
  const {
    to,
    infoHash,
    clock = systemClock,
    encryption = 'preferred',
    random = Math.random,
    randomBytes = systemRandomBytes,
    transport = defaultTransport,
  } = options
  if (infoHash.length !== 20) throw new RangeError(`an info hash has 20 bytes, not ${infoHash.length}`)
  const layout = new Layout(options)
  const have = options.have ? PieceSet.fromBits(options.have, layout.pieceCount) : PieceSet.none(layout.pieceCount)
  if (!have) throw new RangeError(`the bitfield does not fit a torrent of ${layout.pieceCount} pieces`)
  const connection = 'open' in to ? to : undefined
  const link: Link =
    'open' in to
      ? { address: to.remote, direction: to.direction, kind: to.kind }
      : { address: to, direction: 'out', kind: transport.kind }
  const actor = createActor(providePeer({ transport, clock, randomBytes }), {
    clock,
    ...(options.inspect && { inspect: options.inspect }),
    input: {
      peer: 0,
      link,
      ...(connection && { connection }),
      at: clock.now(),
      infoHash: bytesToHex(infoHash),
      layout,
      have,
      peerId: bytesToHex(options.peerId ?? createPeerId(random)),
      greeting: { v: clientVersion, reqq: limits.reqq, prefersEncryption: encryption !== 'none' },
      encryption,
    },
  })
  actor.on('peer.closed', () => actor.stop())
  actor.start()
  return {
    actor,
    get amChoking() {
      return selectors.amChoking(actor.getSnapshot())
    },
    get amInterested() {
      return selectors.amInterested(actor.getSnapshot())
    },
    get peerChoking() {
      return selectors.peerChoking(actor.getSnapshot())
    },
    get peerInterested() {
      return selectors.peerInterested(actor.getSnapshot())
    },
    choke: () => actor.send({ type: 'torrent.choke' }),
    unchoke: () => actor.send({ type: 'torrent.unchoke' }),
    interested: () => actor.send({ type: 'torrent.interested' }),
    notInterested: () => actor.send({ type: 'torrent.not_interested' }),
    request(index, begin, length) {
      const request = { index, begin, length }
      if (!layout.isValidRequest(request)) {
        throw new RangeError(`the torrent has no block of ${length} bytes at ${begin} in piece ${index}`)
      }
      const snapshot = actor.getSnapshot()
      if (!selectors.isOpen(snapshot))
        throw new Error(`piece ${index} can not be requested: the connection is not open`)
      if (selectors.peerChoking(snapshot) && !snapshot.context.allowedFast.includes(index)) {
        throw new Error(`piece ${index} can not be requested: the peer chokes us`)
      }
      actor.send({ type: 'torrent.request', requests: [request], at: clock.now() })
    },
    on: (type, listener) => actor.on(type, listener as (news: PeerNews) => void),
    stop() {
      if (actor.getSnapshot().value.handshake !== 'closed') actor.send({ type: 'torrent.close', code: 'requested' })
    },
  }
}

type PeerServices = Pick<TransportServices, 'transport' | 'clock' | 'randomBytes'>

interface Provided {
  readonly services: PeerServices
  readonly machine: typeof peerMachine
}

const provided = new WeakMap<Transport, Provided>()

/**
 * The peer chart with its transport. XState compiles a machine anew for each `provide`, which takes longer than a handshake:
 * peers that share their services share the machine.
 */
function providePeer(services: PeerServices): typeof peerMachine {
  const { transport, clock, randomBytes } = services
  const last = provided.get(transport)
  if (last?.services.clock === clock && last.services.randomBytes === randomBytes) return last.machine
  const logic = transportLogic({ ...services, ticker: createTicker(clock), torrents: new SkeyTable() })
  const machine = peerMachine.provide({ actors: { transport: logic } })
  provided.set(transport, { services, machine })
  return machine
}
