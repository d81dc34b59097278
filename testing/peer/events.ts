import { delays, limits } from '../../machines/peer/vocabulary/delays.ts'
import { talkBudget } from '../../machines/peer/vocabulary/talk.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { infoHash, layout, ourPeerId, type PeerModelEvent, theirPeerId, torrent } from './model.ts'

const block0 = { index: 0, begin: 0, length: 16_384 }
const block1 = { index: 1, begin: 0, length: 16_384 }
const data = new Uint8Array(16_384)
const features = { extended: true, fast: true, dht: false }
const plain = { extended: false, fast: false, dht: false }
const outOfRange = { index: 9, begin: 0, length: 16_384 }

/** What becomes of the attempts of a dial. */
const dialling: readonly PeerModelEvent[] = [
  { type: 'timer.attempt' },
  { type: 'timer.remaining' },
  { type: 'transport.opened', kind: 'tcp' },
  { type: 'transport.failed', kind: 'memory', end: { code: 'refused' } },
  { type: 'transport.failed', kind: 'tcp', end: { code: 'timeout' } },
  { type: 'transport.failed', kind: 'hand', end: { code: 'error' } },
]

/** How a connection comes up and goes down. */
const lifecycle: readonly PeerModelEvent[] = [
  { type: 'transport.opened' },
  { type: 'transport.closed', end: { code: 'reset' } },
  { type: 'transport.closed', end: { code: 'error' } },
  { type: 'wire.info_hash', infoHash, features },
  { type: 'wire.info_hash', infoHash, features: plain },
  { type: 'wire.info_hash', infoHash, features: { ...features, dht: true } },
  { type: 'wire.info_hash', infoHash: '44'.repeat(20), features },
  { type: 'wire.peer_id', peerId: theirPeerId },
  { type: 'wire.peer_id', peerId: ourPeerId },
  { type: 'wire.violation', violation: { code: 'frame_too_long', detail: '' } },
  { type: 'torrent.adopt', membership: { torrent, peer: 0, infoHash, layout } },
  { type: 'torrent.adopt', membership: { torrent, peer: 0, infoHash } },
  { type: 'torrent.adopt', membership: { torrent: undefined, peer: 0, infoHash, layout, hasDht: true } },
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
const flags: readonly PeerModelEvent[] = [
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
const talking: readonly PeerModelEvent[] = [
  { type: 'wire.keep_alive' },
  { type: 'wire.port', port: 1 },
  { type: 'wire.port', port: 0 },
  { type: 'torrent.port', port: 1 },
  { type: 'wire.unknown', id: 99 },
  { type: 'torrent.note_idle' },
  {
    type: 'wire.cancel',
    requests: Array.from({ length: 5 * talkBudget.atOnce }, () => ({ index: 0, begin: 0, length: 1 })),
  },
]

/** What is said of pieces, and of all that can be said before there are any. */
const pieces: readonly PeerModelEvent[] = [
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
const extending: readonly PeerModelEvent[] = [
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

const theyChoke: readonly PeerModelEvent[] = [{ type: 'wire.choke' }, { type: 'wire.unchoke' }]
const weChoke: readonly PeerModelEvent[] = [{ type: 'torrent.choke' }, { type: 'torrent.unchoke' }]

/** What we ask for; never what is asked for already. */
const asking: readonly PeerModelEvent[] = [
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
const announcing: readonly PeerModelEvent[] = [
  ...theyChoke,
  { type: 'wire.have', index: 0 },
  { type: 'torrent.have', index: 0 },
  { type: 'torrent.request', requests: [block0], at: 0 },
  { type: 'wire.piece', blocks: [{ index: 0, begin: 0, data }], at: 0 },
]

/** What the remote asks for. */
const serving: readonly PeerModelEvent[] = [
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

/**
 * Events of the peer's chart by what they are about, one a payload case: legal ones, illegal ones, and those at a bound. Together they
 * take every transition.
 */
export const peerEvents = {
  dialling,
  lifecycle,
  flags,
  talking,
  pieces,
  extending,
  asking,
  announcing,
  serving,
} as const satisfies Record<string, readonly PeerModelEvent[]>
