import type { Actor, AnyActorRef } from 'xstate'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import { Layout } from '../machines/layout.ts'
import type { peerMachine } from '../machines/peer/regions/peer.ts'
import { isClosed } from '../machines/peer/selectors.ts'
import { unknownLayout } from '../machines/peer/vocabulary/context.ts'
import { PieceSet } from '../machines/piece-set.ts'
import type { Features } from '../transport/wire/handshake.ts'
import type { Torrent } from './torrent.ts'

/** The torrent a peer belongs to. */
export interface PeerTorrent {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Bytes of a piece and of the whole torrent, as its metainfo says. */
  readonly pieceLength: number
  readonly length: number
}

/** A torrent to belong to, and what we announce there. */
export interface NewPeerTorrent extends PeerTorrent {
  /** High bit first, as a bitfield (BEP 3). Default: nothing. */
  readonly have?: Uint8Array
}

/** How much of the protocol a peer speaks: the handshake and not a byte more, or everything. */
export type ProtocolStage = 'handshake' | 'full'

/** What two sides speak. */
export interface PeerProtocol {
  /** `full` once messages may flow, and from then on. */
  readonly stage: ProtocolStage
  /** What both sides support; all false before the remote's handshake. */
  readonly features: Features
  /** Extension name to id (BEP 10): under which ids we take messages, and under which the remote does. */
  readonly ourExtensions: Readonly<Record<string, number>>
  readonly theirExtensions: Readonly<Record<string, number>>
}

/** A torrent as the chart takes it. */
export interface ReadTorrent {
  /** 40 hex digits. */
  readonly infoHash: string
  readonly layout: Layout
  readonly have: PieceSet
}

/** Throws a RangeError unless there is such a stage. */
export function requireStage(protocol: ProtocolStage): void {
  if (protocol !== 'handshake' && protocol !== 'full') {
    throw new RangeError(`the protocol is 'handshake' or 'full', not '${protocol}'`)
  }
}

/** Checks a torrent. Throws a RangeError for values no torrent can have. */
export function readTorrent({ infoHash, pieceLength, length, have }: NewPeerTorrent): ReadTorrent {
  if (infoHash.length !== 20) throw new RangeError(`an info hash has 20 bytes, not ${infoHash.length}`)
  const layout = new Layout({ pieceLength, length })
  const pieces = have ? PieceSet.fromBits(have, layout.pieceCount) : PieceSet.none(layout.pieceCount)
  if (!pieces) throw new RangeError(`the bitfield does not fit a torrent of ${layout.pieceCount} pieces`)
  return { infoHash: bytesToHex(infoHash), layout, have: pieces }
}

/** Stays behind its handshake; goes on as soon as that is done; has gone on: messages flow, or did. */
type Course = 'stays' | 'goes_on' | 'went_on'

/**
 * Decides for a peer that stands alone what its torrent would: which torrent it belongs to, and when messages may flow. The
 * chart waits for either; what the remote says meanwhile the transport holds.
 */
export class Admission {
  readonly #actor: Actor<typeof peerMachine>
  #course: Course
  /** Which torrent an incoming handshake has named, 40 hex digits. */
  #named: string | undefined
  /** Which torrent it was given to, likewise; the chart is told of it later when that was done from inside a listener. */
  #given: string | undefined

  /** Before the actor starts. `protocol`: as far as the peer is to go. */
  constructor(actor: Actor<typeof peerMachine>, protocol: ProtocolStage) {
    this.#actor = actor
    this.#course = protocol === 'full' ? 'goes_on' : 'stays'
    actor.on('peer.identified', ({ infoHash }) => {
      this.#named = infoHash
    })
    actor.on('peer.handshaken', () => this.#admit())
    actor.on('peer.opened', () => {
      this.#course = 'went_on'
    })
  }

  get protocol(): PeerProtocol {
    const { features, greeting, remoteGreeting } = this.#actor.getSnapshot().context
    return {
      stage: this.#course === 'went_on' ? 'full' : 'handshake',
      features,
      ourExtensions: greeting?.m ?? {},
      theirExtensions: remoteGreeting?.m ?? {},
    }
  }

  setProtocol(protocol: ProtocolStage): void {
    requireStage(protocol)
    if (isClosed(this.#actor.getSnapshot())) throw new Error('the protocol cannot be set: the connection has ended')
    if ((protocol === 'full') === (this.#course !== 'stays')) throw new Error(`the protocol is '${protocol}' already`)
    if (protocol === 'handshake') throw new Error("the protocol cannot go back from 'full' to 'handshake'")
    this.#course = 'goes_on'
    this.#admit()
  }

  get torrent(): PeerTorrent | undefined {
    const { infoHash, layout } = this.#actor.getSnapshot().context
    if (infoHash === '' || layout === unknownLayout) return undefined
    return { infoHash: hexToBytes(infoHash), pieceLength: layout.pieceLength, length: layout.length }
  }

  setTorrent(torrent: NewPeerTorrent | Torrent): void {
    if ('actor' in torrent) {
      this.#requireNamed(bytesToHex(torrent.infoHash))
      this.#given = this.#named
      const ref: AnyActorRef = this.#actor
      this.#bind(torrent, ref)
      for (const bandwidth of torrent.bandwidths) {
        this.#actor.getSnapshot().context.transport.send({ type: 'link.share_bandwidth', bandwidth })
      }
      torrent.actor.send({ type: 'torrent.take_peer', ref })
      return
    }
    const { infoHash, layout, have } = readTorrent(torrent)
    this.#requireNamed(infoHash)
    this.#given = infoHash
    const { peer } = this.#actor.getSnapshot().context
    this.#actor.send({ type: 'torrent.adopt', membership: { torrent: undefined, peer, infoHash, layout, have } })
  }

  /**
   * Tells the torrent of a peer that is stopped or whose code throws, and stops the peer when the torrent's actor is over: nothing
   * else would. Both only while the torrent keeps it: one that is refused, or has been forgotten, is none of its peers.
   */
  #bind({ actor: torrent }: Torrent, ref: AnyActorRef): void {
    // By its actor: the number it has there is not known here until the torrent has told it.
    const recordThere = () => torrent.getSnapshot().context.core.getSnapshot().context.swarm.of(ref)
    const leave = () => {
      if (recordThere()) this.#actor.stop()
    }
    // What the torrent's own code throws is reported by whoever made it.
    const watch = torrent.subscribe({ complete: leave, error: leave })
    const isToldOf = (error: unknown): boolean => {
      watch.unsubscribe()
      const record = recordThere()
      if (!record || torrent.getSnapshot().status !== 'active') return false
      torrent.send({ type: 'group.crashed', peer: record.peer, error })
      return true
    }
    this.#actor.subscribe({
      complete: () => void isToldOf(new Error('the actor of the peer was stopped')),
      error: (defect) => {
        if (!isToldOf(defect)) throw defect
      },
    })
  }

  /** Throws unless the remote has named this torrent and the peer belongs to none yet. */
  #requireNamed(infoHash: string): void {
    const snapshot = this.#actor.getSnapshot()
    const { context } = snapshot
    const refusal = 'the torrent cannot be set: '
    const owned = this.#given ?? context.infoHash
    if (isClosed(snapshot) || snapshot.status !== 'active') throw new Error(`${refusal}the connection has ended`)
    if (owned !== '') throw new Error(`${refusal}the peer belongs to ${owned} already`)
    if (!this.#named) throw new Error(`${refusal}the peer has not named one yet, wait for peer.identified`)
    if (this.#named !== infoHash) throw new Error(`${refusal}the peer names ${this.#named}, not ${infoHash}`)
  }

  /** Lets it go on, if it waits for that, is to go on, and no torrent of `createTorrent` decides. */
  #admit(): void {
    const snapshot = this.#actor.getSnapshot()
    if (this.#course !== 'goes_on' || snapshot.context.owner) return
    if (snapshot.matches({ handshake: { handshaking: 'awaiting_admission' } }))
      this.#actor.send({ type: 'torrent.admit' })
  }
}
