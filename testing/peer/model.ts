import { createActor, type EventFromLogic, fromCallback, type InputFrom, type SnapshotFrom } from 'xstate'
import { Layout } from '../../machines/layout.ts'
import { isConnecting } from '../../machines/peer/peer-view.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import { attemptsUnderWay } from '../../machines/peer/vocabulary/dial.ts'
import type { TorrentRef } from '../../machines/peer/vocabulary/events.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

/** The peer chart as it is explored: its own definition, with a transport that carries nothing. */
export const peerModel = peerMachine.provide({ actors: { transport: fromCallback(() => {}) } })

/** Its type. */
export type PeerModel = typeof peerModel
/** A snapshot of it. */
export type PeerModelSnapshot = SnapshotFrom<PeerModel>
/** An event of it. */
export type PeerModelEvent = EventFromLogic<PeerModel>

/** Stands for the torrent that a peer belongs to; it hears nothing. */
export const torrent: TorrentRef = createActor(fromCallback(() => {}))
/** The info hash of the model's torrent. */
export const infoHash = '11'.repeat(20)
/** Our own peer id. */
export const ourPeerId = '22'.repeat(20)
/** That of the remote. */
export const theirPeerId = '33'.repeat(20)
/** Two pieces of one block. */
export const layout = new Layout({ pieceLength: 16_384, length: 32_768 })

const base = { encryption: 'none', peer: 0, at: 0, peerId: ourPeerId, greeting: { m: { ut_pex: 1 } } } as const
const link = { address: { host: '192.0.2.1', port: 6881 }, kind: 'memory' } as const

const dialled = { ...base, link: { ...link, direction: 'out' }, owner: torrent, infoHash, layout } as const
const accepted = { ...base, link: { ...link, direction: 'in' }, owner: torrent, infoHash, layout } as const

/** The ways a peer begins. */
export const peerInputs = {
  dialled,
  'accepted for a torrent': accepted,
  'accepted for none yet': { ...base, link: { ...link, direction: 'in' }, owner: torrent },
  'accepted for none yet, standing alone': { ...base, link: { ...link, direction: 'in' } },
  'that may know of our node of the DHT': { ...dialled, hasDht: true },
  'for a magnet link': { ...base, link: { ...link, direction: 'out' }, owner: torrent, infoHash },
  'stopping behind its handshakes': {
    ...base,
    link: { ...link, direction: 'out' },
    infoHash,
    layout,
    handshakeOnly: true,
  },
  'that is remembered': { ...dialled, pieces: PieceSet.all(2), reputation: 90 },
  'standing alone': { ...base, link: { ...link, direction: 'out' }, infoHash, layout },
  'dialled, preferring encryption': { ...dialled, encryption: 'preferred' },
  'dialled, requiring encryption': { ...dialled, encryption: 'required' },
  'accepted, preferring encryption': { ...accepted, encryption: 'preferred' },
  'accepted, requiring encryption': { ...accepted, encryption: 'required' },
} as const satisfies Record<string, InputFrom<PeerModel>>

/** The same, of dials by several transports: from the opening on they go as every dial does. */
export const peerInputsOfSeveralWays = {
  'by two transports': { ...dialled, ways: ['memory', 'tcp'] },
  'by three transports': { ...dialled, ways: ['memory', 'tcp', 'hand'], encryption: 'preferred' },
} as const satisfies Record<string, InputFrom<PeerModel>>

/** Whether its connection ends, or has ended. */
export const isOver = ({ value }: PeerModelSnapshot): boolean =>
  value.handshake === 'closing' || value.handshake === 'closed'
/** Whether both handshakes are still under way. */
export const isBeforeOpen = (snapshot: PeerModelSnapshot): boolean =>
  snapshot.value.handshake !== 'open' && !isOver(snapshot)

const isOutstanding = ({ context }: PeerModelSnapshot, index: number): boolean =>
  context.outstanding.some((request) => request.index === index)

/** Whether a torrent, or a transport, would say so now: only what is under way fails or opens; it asks no peer twice for one block, and knows nothing of pieces before it is open. */
export function isSensiblePeerEvent(snapshot: PeerModelSnapshot, event: PeerModelEvent): boolean {
  if (event.type === 'transport.failed' || (event.type === 'transport.opened' && event.kind !== undefined))
    return attemptsUnderWay(snapshot.context).some((kind) => kind === event.kind)
  if (event.type === 'torrent.note_pieces')
    return !isBeforeOpen(snapshot) || snapshot.value.availability === 'remembered'
  return event.type !== 'torrent.request' || !event.requests.some(({ index }) => isOutstanding(snapshot, index))
}

/** The value, and the facts that guards read, counted only as far as a guard tells them apart. What is over is all alike. */
export function peerStateKey(snapshot: PeerModelSnapshot): string {
  const { value, context } = snapshot
  if (isOver(snapshot)) {
    return JSON.stringify([
      value.handshake,
      value.encryption,
      value.availability,
      value.extended,
      value.reputation,
      value.uploads,
    ])
  }
  const { early } = context
  const facts = [
    context.infoHash === '',
    context.owner === undefined,
    context.layout === unknownLayout,
    early.saysPieces,
    early.faultOf(layout.pieceCount),
    early.piecesOf(layout.pieceCount),
    early.allowedFastOf(layout.pieceCount),
    context.greeting?.m,
    context.remoteGreeting?.m,
    context.uploadOnly,
    context.granted,
    context.grantedBlocks,
    context.suggested,
    context.negotiatedInfoHash === '',
    context.remotePeerId === '',
    context.features.fast,
    context.features.extended,
    context.features.dht,
    context.hasDht,
    Math.min(context.outstanding.length, 2),
    context.lastBlockAt > 0,
    Math.min(context.owed.length, 1),
    [...new Set([...context.queued, ...context.serving].map(({ index }) => index))].sort(),
    context.allowedFast.length,
    context.pieces,
    ...(isConnecting(snapshot) ? [context.tried, context.failedAttempts] : []),
  ]
  return JSON.stringify([value, facts])
}

/** The options by which `explore` and `xstate/graph` walk the peer's chart by these events. */
export const peerTraversal = (
  events: readonly PeerModelEvent[],
  input: InputFrom<PeerModel> = peerInputs.dialled,
): Traversal<PeerModel> =>
  createTraversal({ input, events, serializeState: peerStateKey, isSensible: isSensiblePeerEvent })
