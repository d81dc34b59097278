import { unknownLayout } from '../../machines/peer/vocabulary/context.ts'
import { infoHash, layout, type PeerModelEvent, type PeerModelSnapshot, theirPeerId } from './model.ts'

/** Under which id either side takes the one extension that both know, `ut_pex`. */
export const extensionIds = { ours: 1, theirs: 2 } as const

const features = { extended: true, fast: true, dht: false }
const payload = Uint8Array.of(7)

/** All is answered, which is found at the next tick. */
export const isAnswered = ({ value, context }: PeerModelSnapshot): boolean =>
  value.uploads === 'serving' && context.serving.length === 0

/**
 * What can happen next to a peer that both sides have full support in, while they keep to the protocol; of blocks those that `pieces` begin
 * with. Neither side rejects while it chokes: what was allowed fast would be so no more, and no side can see that of the other. None when
 * it is over.
 */
export function legalPeerEvents(
  snapshot: PeerModelSnapshot,
  pieces: readonly number[] = [0, 1],
): readonly PeerModelEvent[] {
  const { value } = snapshot
  if (value.handshake === 'closed') return []
  if (value.handshake === 'closing') return [{ type: 'transport.closed', end: { code: 'destroyed' } }]
  if (value.handshake !== 'open') return openingEvents(snapshot)
  // Both greet before they say what they have.
  if (value.extended === 'awaiting_handshake') return [{ type: 'wire.extended_handshake', handshake: {} }]
  if (value.availability === 'awaiting_first') return [{ type: 'wire.have_all' }]
  if (isAnswered(snapshot)) return [{ type: 'timer.tick', at: 1, silentInMs: 0, silentOutMs: 0 }]
  return [...wishes(snapshot), ...pieces.flatMap((index) => blockEvents(snapshot, index))]
}

/** The next step to an open connection. */
function openingEvents({ value: { handshake, encryption }, context }: PeerModelSnapshot): readonly PeerModelEvent[] {
  const named = context.infoHash || infoHash
  if (handshake === 'negotiating') {
    if (encryption === 'detecting') return [{ type: 'mse.key_exchange' }]
    if (encryption === 'key_exchange') return [{ type: 'mse.synchronising' }]
    if (encryption === 'synchronising') return [{ type: 'mse.selecting' }]
    return [{ type: 'mse.established', method: 'rc4', infoHash: named }]
  }
  if (typeof handshake !== 'object' || 'connecting' in handshake) return [{ type: 'transport.opened' }]
  switch (handshake.handshaking) {
    case 'awaiting_info_hash':
      return [{ type: 'wire.info_hash', infoHash: named, features }]
    case 'awaiting_adoption':
      return [{ type: 'torrent.adopt', membership: { torrent: context.owner, peer: 0, infoHash: named, layout } }]
    case 'awaiting_peer_id':
      return [{ type: 'wire.peer_id', peerId: theirPeerId }]
    default:
      return [{ type: 'torrent.admit' }]
  }
}

/** What is about no block. */
function wishes({ context }: PeerModelSnapshot): readonly PeerModelEvent[] {
  return [
    { type: 'torrent.choke' },
    { type: 'torrent.unchoke' },
    { type: 'torrent.interested' },
    { type: 'torrent.not_interested' },
    { type: 'torrent.close', code: 'requested' },
    { type: 'wire.choke' },
    { type: 'wire.unchoke' },
    { type: 'wire.interested' },
    { type: 'wire.not_interested' },
    { type: 'torrent.greet', greeting: { m: { ut_pex: extensionIds.ours } } },
    { type: 'wire.extended_handshake', handshake: { m: { ut_pex: extensionIds.theirs } } },
    ...(context.remoteGreeting?.m ? ([{ type: 'torrent.extended', name: 'ut_pex', payload }] as const) : []),
    ...(context.greeting?.m ? ([{ type: 'wire.extended', id: extensionIds.ours, payload }] as const) : []),
  ]
}

/** What is about the first block of a piece. */
function blockEvents({ value, context }: PeerModelSnapshot, index: number): readonly PeerModelEvent[] {
  if (context.layout === unknownLayout) return []
  const block = context.layout.blockAt(index, 0)
  const requests = [block]
  const blocks = [{ index, begin: 0, data: new Uint8Array(block.length).fill(7) }]
  const isOf = (one: { readonly index: number }): boolean => one.index === index
  const owes = context.outstanding.some(isOf)
  const isOwed = context.serving.some(isOf)
  const theyLet = value.peer_choking === 'not_choking'
  const weLet = value.am_choking === 'not_choking'
  const mayAsk = theyLet || context.allowedFast.includes(index)
  const mayBeAsked = weLet || context.granted.includes(index)
  return [
    { type: 'torrent.allow_fast', index },
    { type: 'torrent.suggest', index },
    { type: 'wire.allowed_fast', index },
    { type: 'wire.suggest_piece', index },
    ...(owes || !mayAsk ? [] : [{ type: 'torrent.request', requests, at: 0 } as const]),
    ...(owes ? ([{ type: 'wire.piece', blocks, at: 0 }] as const) : []),
    ...(owes && theyLet ? ([{ type: 'wire.reject_request', requests }] as const) : []),
    ...(owes ? ([{ type: 'torrent.cancel', requests }] as const) : []),
    ...(isOwed || !mayBeAsked ? [] : [{ type: 'wire.request', requests } as const]),
    ...(isOwed ? ([{ type: 'torrent.piece', blocks }] as const) : []),
    ...(isOwed && weLet ? ([{ type: 'torrent.reject', requests }] as const) : []),
    ...(isOwed ? ([{ type: 'wire.cancel', requests }] as const) : []),
  ]
}
