import type { Actor, AnyActorRef } from 'xstate'
import { bytesToHex, hexToBytes } from '../machines/hex.ts'
import { unknownLayout } from '../machines/peer/context.ts'
import type { peerMachine } from '../machines/peer/peer.ts'
import { isClosed } from '../machines/peer/selectors.ts'
import { PieceSet } from '../machines/piece-set.ts'
import { Layout } from '../machines/torrent/layout.ts'
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

/** Checks a torrent. Throws a RangeError for values no torrent can have. */
export function readTorrent({ infoHash, pieceLength, length, have }: NewPeerTorrent): ReadTorrent {
  if (infoHash.length !== 20) throw new RangeError(`an info hash has 20 bytes, not ${infoHash.length}`)
  const layout = new Layout({ pieceLength, length })
  const pieces = have ? PieceSet.fromBits(have, layout.pieceCount) : PieceSet.none(layout.pieceCount)
  if (!pieces) throw new RangeError(`the bitfield does not fit a torrent of ${layout.pieceCount} pieces`)
  return { infoHash: bytesToHex(infoHash), layout, have: pieces }
}

/**
 * Decides for a peer that stands alone what its torrent would: which torrent it belongs to, and when messages may flow. The
 * chart waits for either; what the remote says meanwhile the transport holds.
 */
export class Admission {
  readonly #actor: Actor<typeof peerMachine>
  #wanted: ProtocolStage
  #stage: ProtocolStage = 'handshake'
  #identified: string | undefined
  #have: PieceSet | undefined
  /** A torrent of `createTorrent` decides from now on. */
  #hasParent = false

  /** Before the actor starts. `protocol`: as far as the peer is to go; `waits`: the chart leaves the admission to us. */
  constructor(actor: Actor<typeof peerMachine>, protocol: ProtocolStage, waits: boolean) {
    this.#actor = actor
    this.#wanted = protocol
    actor.on('peer.identified', ({ infoHash }) => {
      this.#identified = infoHash
    })
    actor.on('peer.handshaken', () => {
      if (waits && this.#wanted === 'full' && !this.#hasParent) this.#admit()
    })
    actor.on('peer.opened', () => {
      this.#stage = 'full'
    })
  }

  get protocol(): PeerProtocol {
    const { features, greeting, remoteGreeting } = this.#actor.getSnapshot().context
    return {
      stage: this.#stage,
      features,
      ourExtensions: greeting?.m ?? {},
      theirExtensions: remoteGreeting?.m ?? {},
    }
  }

  setProtocol(protocol: ProtocolStage): void {
    if (protocol !== 'handshake' && protocol !== 'full') {
      throw new RangeError(`the protocol is 'handshake' or 'full', not '${protocol}'`)
    }
    const snapshot = this.#actor.getSnapshot()
    if (isClosed(snapshot)) throw new Error('the protocol can not be set: the connection has ended')
    if (protocol === this.#wanted) throw new Error(`the protocol is '${protocol}' already`)
    if (protocol === 'handshake') throw new Error("the protocol can not go back from 'full' to 'handshake'")
    this.#wanted = protocol
    if (snapshot.matches({ handshake: { handshaking: 'awaiting_admission' } })) this.#admit()
  }

  get torrent(): PeerTorrent | undefined {
    const { infoHash, layout } = this.#actor.getSnapshot().context
    if (infoHash === '' || layout === unknownLayout) return undefined
    return { infoHash: hexToBytes(infoHash), pieceLength: layout.pieceLength, length: layout.length }
  }

  setTorrent(torrent: NewPeerTorrent | Torrent): void {
    if ('actor' in torrent) {
      this.#requireNamed(bytesToHex(torrent.infoHash))
      this.#hasParent = true
      const ref: AnyActorRef = this.#actor
      // Nobody else would tell the torrent of a peer that is stopped, or whose code throws; one it has forgotten is passed over.
      const lost = (error?: unknown) => {
        torrent.actor.send({ type: 'group.crashed', peer: this.#actor.getSnapshot().context.peer, error })
      }
      this.#actor.subscribe({ error: lost, complete: () => lost(new Error('the actor of the peer was stopped')) })
      torrent.actor.send({ type: 'torrent.take_peer', ref })
      return
    }
    const { infoHash, layout, have } = readTorrent(torrent)
    this.#requireNamed(infoHash)
    this.#have = have
    const { peer } = this.#actor.getSnapshot().context
    this.#actor.send({ type: 'torrent.adopt', membership: { torrent: undefined, peer, infoHash, layout } })
  }

  /** Throws unless the remote has named this torrent and the peer belongs to none yet. */
  #requireNamed(infoHash: string): void {
    const snapshot = this.#actor.getSnapshot()
    const { context } = snapshot
    const refusal = 'the torrent can not be set: '
    if (isClosed(snapshot)) throw new Error(`${refusal}the connection has ended`)
    if (context.infoHash !== '') throw new Error(`${refusal}the peer belongs to ${context.infoHash} already`)
    if (!this.#identified) throw new Error(`${refusal}the peer has not named one yet, wait for peer.identified`)
    if (this.#identified !== infoHash) throw new Error(`${refusal}the peer names ${this.#identified}, not ${infoHash}`)
  }

  #admit(): void {
    this.#actor.send({ type: 'torrent.admit', ...(this.#have && { have: this.#have }) })
  }
}
