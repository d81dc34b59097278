import { createActor, type EventFromLogic, fromCallback, type InputFrom, type SnapshotFrom } from 'xstate'
import { Layout } from '../../../machines/layout.ts'
import { unknownLayout } from '../../../machines/peer/context.ts'
import { delays, limits } from '../../../machines/peer/delays.ts'
import { attemptsUnderWay } from '../../../machines/peer/dial.ts'
import { EarlyWords } from '../../../machines/peer/early-words.ts'
import type { TorrentRef } from '../../../machines/peer/events.ts'
import { isConnecting } from '../../../machines/peer/peer-view.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { reputationBounds } from '../../../machines/peer/reputation-rules.ts'
import { talkBudget } from '../../../machines/peer/talk.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import type { Invariant } from '../../model/explore.ts'

/** The peer chart as it is explored: its own definition, with a transport that carries nothing. */
export const model = peerMachine.provide({ actors: { transport: fromCallback(() => {}) } })

export type Model = typeof model
export type ModelSnapshot = SnapshotFrom<Model>
export type ModelEvent = EventFromLogic<Model>

const torrent: TorrentRef = createActor(fromCallback(() => {}))
const infoHash = '11'.repeat(20)
const ourPeerId = '22'.repeat(20)
const theirPeerId = '33'.repeat(20)
/** Two pieces of one block. */
export const layout = new Layout({ pieceLength: 16_384, length: 32_768 })

const base = { encryption: 'none', peer: 0, at: 0, peerId: ourPeerId, greeting: { m: { ut_pex: 1 } } } as const
const link = { address: { host: '192.0.2.1', port: 6881 }, kind: 'memory' } as const

const dialled = { ...base, link: { ...link, direction: 'out' }, owner: torrent, infoHash, layout } as const
const accepted = { ...base, link: { ...link, direction: 'in' }, owner: torrent, infoHash, layout } as const

/** The ways a peer begins. */
export const inputs = {
  dialled,
  'accepted for a torrent': accepted,
  'accepted for none yet': { ...base, link: { ...link, direction: 'in' }, owner: torrent },
  'accepted for none yet, standing alone': { ...base, link: { ...link, direction: 'in' } },
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
} as const satisfies Record<string, InputFrom<Model>>

/** The same, of dials by several transports: from the opening on they go as every dial does. */
export const severalWays = {
  'by two transports': { ...dialled, ways: ['memory', 'tcp'] },
  'by three transports': { ...dialled, ways: ['memory', 'tcp', 'hand'], encryption: 'preferred' },
} as const satisfies Record<string, InputFrom<Model>>

const block0 = { index: 0, begin: 0, length: 16_384 }
const block1 = { index: 1, begin: 0, length: 16_384 }
const data = new Uint8Array(16_384)
const features = { extended: true, fast: true, dht: false }
const plain = { extended: false, fast: false, dht: false }
const outOfRange = { index: 9, begin: 0, length: 16_384 }

/** What becomes of the attempts of a dial. */
export const dialling: readonly ModelEvent[] = [
  { type: 'timer.attempt' },
  { type: 'transport.opened', kind: 'tcp' },
  { type: 'transport.failed', kind: 'memory', end: { code: 'refused' } },
  { type: 'transport.failed', kind: 'tcp', end: { code: 'timeout' } },
  { type: 'transport.failed', kind: 'hand', end: { code: 'error' } },
]

/** How a connection comes up and goes down. */
export const lifecycle: readonly ModelEvent[] = [
  { type: 'transport.opened' },
  { type: 'transport.closed', end: { code: 'reset' } },
  { type: 'transport.closed', end: { code: 'error' } },
  { type: 'wire.info_hash', infoHash, features },
  { type: 'wire.info_hash', infoHash, features: plain },
  { type: 'wire.info_hash', infoHash: '44'.repeat(20), features },
  { type: 'wire.peer_id', peerId: theirPeerId },
  { type: 'wire.peer_id', peerId: ourPeerId },
  { type: 'wire.violation', violation: { code: 'frame_too_long', detail: '' } },
  { type: 'torrent.adopt', membership: { torrent, peer: 0, infoHash, layout } },
  { type: 'torrent.adopt', membership: { torrent, peer: 0, infoHash } },
  { type: 'torrent.adopt', membership: { torrent: undefined, peer: 0, infoHash, layout } },
  { type: 'torrent.admit', have: PieceSet.none(2) },
  { type: 'torrent.admit', allowFast: [0] },
  { type: 'torrent.learn', layout },
  { type: 'torrent.close', code: 'stopped' },
  { type: 'torrent.fault', code: 'metadata_flood' },
  { type: 'mse.key_exchange' },
  { type: 'mse.synchronising' },
  { type: 'mse.selecting' },
  { type: 'mse.established', method: 'rc4', infoHash },
  { type: 'mse.established', method: 'plaintext', infoHash },
  { type: 'mse.plaintext' },
  { type: 'mse.unknown_torrent' },
  { type: 'mse.failed', code: 'no_common_method', detail: '' },
  { type: 'timer.connect' },
  { type: 'timer.detecting' },
  { type: 'timer.key_exchange' },
  { type: 'timer.synchronising' },
  { type: 'timer.selecting' },
  { type: 'timer.handshake' },
  { type: 'timer.closing' },
  { type: 'timer.tick', at: 1, silentInMs: 0, silentOutMs: 0 },
  { type: 'timer.tick', at: 1, silentInMs: 0, silentOutMs: delays.keepAliveMs },
  { type: 'timer.tick', at: 1, silentInMs: delays.inactivityMs, silentOutMs: 0 },
  { type: 'torrent.verified', index: 0 },
  { type: 'torrent.corrupt', index: 0 },
  { type: 'torrent.judge', rule: 'not_announced', index: 0 },
  { type: 'torrent.adjust_reputation', delta: -100 },
]

/** What changes the four flags, and what the peer has. */
export const flags: readonly ModelEvent[] = [
  { type: 'torrent.choke' },
  { type: 'torrent.unchoke' },
  { type: 'torrent.interested' },
  { type: 'torrent.not_interested' },
  { type: 'wire.choke' },
  { type: 'wire.unchoke' },
  { type: 'wire.interested' },
  { type: 'wire.not_interested' },
  { type: 'wire.have', index: 0 },
  { type: 'wire.have', index: 1 },
  { type: 'wire.have', index: 9 },
  { type: 'wire.bitfield', bits: Uint8Array.of(0b1000_0000) },
  { type: 'wire.bitfield', bits: Uint8Array.of(0b1000_0001) },
  { type: 'wire.have_all' },
  { type: 'wire.have_none' },
]

/** What says nothing: each kind once, and then so much of it that it is a flood. */
export const talking: readonly ModelEvent[] = [
  { type: 'wire.keep_alive' },
  { type: 'wire.port', port: 1 },
  { type: 'wire.unknown', id: 99 },
  { type: 'torrent.note_idle' },
  {
    type: 'wire.cancel',
    requests: Array.from({ length: 5 * talkBudget.atOnce }, () => ({ index: 0, begin: 0, length: 1 })),
  },
]

/** What is said of pieces, and of all that can be said before there are any. */
export const pieces: readonly ModelEvent[] = [
  ...flags.filter(({ type }) => /have|bitfield/.test(type)),
  { type: 'wire.have', index: limits.earlyPieces },
  { type: 'wire.bitfield', bits: new Uint8Array(limits.earlyPieces / 8 + 1) },
  { type: 'wire.allowed_fast', index: 0 },
  { type: 'wire.allowed_fast', index: 9 },
  { type: 'wire.suggest_piece', index: 0 },
  { type: 'wire.request', requests: [outOfRange] },
  { type: 'torrent.learn', layout },
  { type: 'torrent.learn', layout, have: PieceSet.all(2) },
  { type: 'torrent.note_pieces', pieces: PieceSet.none(2) },
  { type: 'torrent.note_pieces', pieces: PieceSet.all(2) },
  { type: 'torrent.note_pieces', pieces: PieceSet.all(3) },
  { type: 'torrent.note_dont_have', index: 0 },
  { type: 'torrent.note_dont_have', index: 9 },
  { type: 'torrent.allow_fast', index: 0 },
  { type: 'transport.congested' },
  { type: 'torrent.close', code: 'stopped' },
]

/** The extension protocol. */
export const extending: readonly ModelEvent[] = [
  { type: 'wire.extended_handshake', handshake: { reqq: 10 } },
  { type: 'wire.extended_handshake', handshake: { m: { ut_pex: 2 }, uploadOnly: true } },
  { type: 'wire.extended_handshake', handshake: { m: { ut_pex: 0 }, uploadOnly: false } },
  { type: 'wire.extended', id: 1, payload: new Uint8Array(1) },
  { type: 'wire.extended', id: 2, payload: new Uint8Array(1) },
  { type: 'torrent.greet', greeting: { m: { ut_pex: 1 } } },
  { type: 'torrent.greet', greeting: { m: {} } },
  { type: 'torrent.extended', name: 'ut_pex', payload: new Uint8Array(1) },
  { type: 'torrent.note_upload_only', uploadOnly: true },
  { type: 'torrent.note_upload_only', uploadOnly: false },
  { type: 'torrent.close', code: 'stopped' },
]

const theyChoke: readonly ModelEvent[] = [{ type: 'wire.choke' }, { type: 'wire.unchoke' }]
const weChoke: readonly ModelEvent[] = [{ type: 'torrent.choke' }, { type: 'torrent.unchoke' }]

/** What we ask for; never what is asked for already. */
export const asking: readonly ModelEvent[] = [
  ...theyChoke,
  { type: 'torrent.request', requests: [block0], at: 0 },
  { type: 'torrent.request', requests: [block0, block1], at: 0 },
  { type: 'torrent.cancel', requests: [block0] },
  { type: 'wire.piece', blocks: [{ index: 1, begin: 0, data }], at: delays.lostRequestMs - 1 },
  { type: 'timer.tick', at: delays.lostRequestMs, silentInMs: 0, silentOutMs: 0 },
  { type: 'timer.tick', at: delays.lateMs, silentInMs: 0, silentOutMs: 0 },
  { type: 'timer.tick', at: delays.requestMs, silentInMs: 0, silentOutMs: 0 },
  { type: 'timer.tick', at: delays.requestMs, silentInMs: 0, silentOutMs: 0, heldBack: true },
  { type: 'transport.limits', down: 1_000, up: Number.POSITIVE_INFINITY },
  { type: 'wire.piece', blocks: [{ index: 0, begin: 0, data }], at: 0 },
  { type: 'wire.piece', blocks: [{ index: 1, begin: 0, data }], at: 0 },
  { type: 'wire.reject_request', requests: [block0] },
  { type: 'wire.reject_request', requests: [outOfRange] },
  { type: 'wire.allowed_fast', index: 0 },
  { type: 'wire.allowed_fast', index: 9 },
  { type: 'wire.suggest_piece', index: 0 },
  { type: 'wire.suggest_piece', index: 9 },
  { type: 'torrent.note_dont_have', index: 0 },
]

/** What we announce, beside what we ask for. */
export const announcing: readonly ModelEvent[] = [
  ...theyChoke,
  { type: 'wire.have', index: 0 },
  { type: 'torrent.have', index: 0 },
  { type: 'torrent.request', requests: [block0], at: 0 },
  { type: 'wire.piece', blocks: [{ index: 0, begin: 0, data }], at: 0 },
]

const isOutstanding = ({ context }: ModelSnapshot, index: number): boolean =>
  context.outstanding.some((request) => request.index === index)

/** Whether a torrent, or a transport, would say so now: only what is under way fails or opens; it asks no peer twice for one block, and knows nothing of pieces before it is open. */
export function isSensible(snapshot: ModelSnapshot, event: ModelEvent): boolean {
  if (event.type === 'transport.failed' || (event.type === 'transport.opened' && event.kind !== undefined))
    return attemptsUnderWay(snapshot.context).some((kind) => kind === event.kind)
  if (event.type === 'torrent.note_pieces')
    return !isBeforeOpen(snapshot) || snapshot.value.availability === 'remembered'
  return event.type !== 'torrent.request' || !event.requests.some(({ index }) => isOutstanding(snapshot, index))
}

/** What the remote asks for. */
export const serving: readonly ModelEvent[] = [
  ...weChoke,
  { type: 'timer.tick', at: 1, silentInMs: 0, silentOutMs: 0 },
  { type: 'torrent.have', index: 0 },
  { type: 'torrent.piece', blocks: [{ index: 0, begin: 0, data }] },
  { type: 'torrent.reject', requests: [block0] },
  { type: 'transport.congested' },
  { type: 'transport.overflowed' },
  { type: 'transport.drained' },
  { type: 'torrent.allow_fast', index: 0 },
  { type: 'torrent.suggest', index: 0 },
  { type: 'wire.request', requests: [block0] },
  { type: 'wire.request', requests: [block0, block1] },
  { type: 'wire.request', requests: [outOfRange] },
  { type: 'wire.cancel', requests: [block0] },
]

const isGranted = ({ context }: ModelSnapshot, index: number): boolean => context.granted.includes(index)

const isOver = ({ value }: ModelSnapshot): boolean => value.handshake === 'closing' || value.handshake === 'closed'
const isBeforeOpen = (snapshot: ModelSnapshot): boolean => snapshot.value.handshake !== 'open' && !isOver(snapshot)

/** The value, and the facts that guards read, counted only as far as a guard tells them apart. What is over is all alike. */
export function stateKey(snapshot: ModelSnapshot): string {
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

/** What holds in every state there is. */
export const invariants: Readonly<Record<string, Invariant<Model>>> = {
  'no flag moves before open': (snapshot) =>
    !isBeforeOpen(snapshot) ||
    (snapshot.value.am_choking === 'choking' &&
      snapshot.value.am_interested === 'not_interested' &&
      snapshot.value.peer_choking === 'choking' &&
      snapshot.value.peer_interested === 'not_interested' &&
      snapshot.value.extended === 'awaiting_handshake' &&
      (snapshot.value.availability === 'remembered' ||
        snapshot.value.availability ===
          (snapshot.context.layout === unknownLayout ? 'awaiting_metadata' : 'awaiting_first'))),
  'what is remembered of a peer is known until its connection stands, and no longer': (snapshot) =>
    snapshot.value.availability !== 'remembered' || isConnecting(snapshot) || isOver(snapshot),
  'a dial has an attempt under way, and tries no transport twice': (snapshot) =>
    !isConnecting(snapshot) ||
    (attemptsUnderWay(snapshot.context).length > 0 &&
      new Set(snapshot.context.failedAttempts.map(({ kind }) => kind)).size === snapshot.context.failedAttempts.length),
  'staggered means that another transport follows': ({ value: { handshake }, context }) =>
    typeof handshake !== 'object' ||
    !('connecting' in handshake) ||
    (handshake.connecting === 'staggered') === context.tried < context.ways.length,
  'nothing is asked or served before open': (snapshot) =>
    !isBeforeOpen(snapshot) || (snapshot.value.requests === 'idle' && snapshot.context.queued.length === 0),
  'without Fast nothing is requested while choked unless allowed fast': ({ value, context }) =>
    value.peer_choking === 'not_choking' ||
    context.features.fast ||
    context.outstanding.every(({ index }) => context.allowedFast.includes(index)),
  'nothing is served while choking but what was granted': (snapshot) =>
    snapshot.value.am_choking === 'not_choking' ||
    [...snapshot.context.queued, ...snapshot.context.serving].every(({ index }) => isGranted(snapshot, index)),
  'the metadata is awaited as long as it is unknown': ({ value, context }) =>
    (value.availability === 'awaiting_metadata') === (context.layout === unknownLayout),
  'what is said early is kept no longer than until the metadata comes': ({ value, context }) =>
    value.availability === 'awaiting_metadata' || context.early === EarlyWords.none,
  'without the metadata no piece is known, granted, suggested, asked for or served': ({ context }) =>
    context.layout !== unknownLayout ||
    [
      context.pieces.count,
      context.allowedFast.length,
      context.granted.length,
      context.suggested.length,
      context.outstanding.length,
      context.queued.length,
      context.serving.length,
    ].every((count) => count === 0),
  'Fast is not used without Fast': ({ context }) =>
    context.features.fast || context.allowedFast.length + context.granted.length + context.suggested.length === 0,
  'nothing is extended without BEP 10': ({ value, context }) =>
    context.features.extended || value.extended === 'awaiting_handshake',
  'ready means that the remote has greeted': ({ value, context }) =>
    (value.extended === 'ready') === (context.remoteGreeting !== undefined),
  'a flood implies closing or closed, and too much talk': (snapshot) =>
    (snapshot.value.talk === 'heard' || isOver(snapshot)) &&
    (snapshot.value.talk === 'flood') === snapshot.context.talk.left < 0,
  'banned implies closing or closed': (snapshot) => snapshot.value.reputation !== 'banned' || isOver(snapshot),
  'banned means a reputation of 50 or below': ({ value, context }) =>
    (value.reputation === 'banned') === context.reputation <= reputationBounds.banned,
  'whatever is over has its reason, and nothing else has one': (snapshot) =>
    isOver(snapshot) === (snapshot.context.closeReason !== undefined),
  'open implies a settled encryption, a torrent and a peer id': ({ value, context }) =>
    value.handshake !== 'open' ||
    ((value.encryption === 'plaintext' || value.encryption === 'rc4') &&
      context.infoHash !== '' &&
      context.remotePeerId !== ''),
  'required never comes to plaintext': ({ value, context }) =>
    context.encryption !== 'required' || value.encryption !== 'plaintext',
  'no negotiation goes on when it is over': (snapshot) =>
    !isOver(snapshot) || ['undecided', 'plaintext', 'rc4', 'failed', 'abandoned'].includes(snapshot.value.encryption),
  'a failed encryption is the end': (snapshot) => snapshot.value.encryption !== 'failed' || isOver(snapshot),
  'idle means that nothing is outstanding': ({ value, context }) =>
    value.requests !== 'idle' || context.outstanding.length === 0,
  'idle means that no request of the remote is open': ({ value, context }) =>
    value.uploads !== 'idle' || context.queued.length + context.serving.length === 0,
  'complete means every piece': ({ value, context }) =>
    value.availability === 'awaiting_first' ||
    value.availability === 'remembered' ||
    (value.availability === 'complete') === context.pieces.isAll,
  'what a remote makes us hold is bounded': ({ context }) =>
    context.queued.length + context.serving.length <= limits.reqq &&
    context.owed.length <= limits.owed &&
    context.allowedFast.length <= limits.allowedFast &&
    context.granted.length <= limits.allowedFast &&
    context.suggested.length <= limits.suggested &&
    context.grantedBlocks <= limits.grantedRounds * context.granted.length * context.layout.blocksPerPiece,
}
