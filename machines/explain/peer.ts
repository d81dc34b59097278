import { isConnecting } from '../peer/peer-view.ts'
import * as selectors from '../peer/selectors.ts'
import { delays } from '../peer/vocabulary/delays.ts'
import { describeDial, describeEnd } from '../peer/vocabulary/dial.ts'
import type { PeerView } from '../peer/vocabulary/events.ts'
import type { PeerFacts, Since } from '../peer/vocabulary/facts.ts'
import { isChosenHere } from '../torrent/content/chosen.ts'
import { wantsNothing } from '../torrent/content/wants-nothing.ts'
import type { Core } from '../torrent/core/core.ts'
import { idleSince } from '../torrent/core/idleness.ts'
import { whyNotAsked } from '../torrent/download/downloading.ts'
import type { PeerRecord } from '../torrent/peers/peer-table.ts'
import { type Explanation, type Reason, reason } from './reasons.ts'

/** What the torrent of a peer knows of it. */
interface Membership {
  readonly torrent: Readonly<Core>
  readonly record: PeerRecord
}

/** Why nothing flows on one connection, and with `torrent`, if it belongs to one, why that asks it for nothing or chokes it. */
export function explainPeer(view: PeerView, torrent: Readonly<Core> | undefined): Explanation {
  const stage = whyNotOpen(view)
  if (stage) return { download: [stage], upload: [stage] }
  const record = torrent?.swarm.peers.get(view.context.peer)
  const membership = torrent && record ? { torrent, record } : undefined
  return { download: whyNoDownload(view, membership), upload: whyNoUpload(view, membership) }
}

function whyNotOpen(view: PeerView): Reason | undefined {
  const { value, context } = view
  const { closeReason, handshakeOnly, since } = context
  const { handshake } = value
  if (closeReason) return reason('closed', since.handshake, describeEnd(context, closeReason))
  if (isConnecting(view)) return reason('connecting', since.handshake, describeDial(context, delays.attemptMs))
  if (handshake === 'negotiating') return reason('negotiating', since.handshake, value.encryption)
  if (typeof handshake === 'object' && 'handshaking' in handshake) {
    const step = handshake.handshaking
    if (step === 'awaiting_adoption') return reason('awaiting_adoption', since.handshake)
    if (step !== 'awaiting_admission') return reason('handshaking', since.handshake)
    return reason(handshakeOnly ? 'handshake_only' : 'awaiting_admission', since.handshake)
  }
  return value.availability === 'awaiting_metadata' ? reason('metadata_unknown', since.handshake) : undefined
}

function whyNoDownload(view: PeerView, membership: Membership | undefined): Reason[] {
  const { context } = view
  const { heldBackSince, lastBlockAt, now, outstanding } = context
  const [oldest] = outstanding
  if (!oldest) return whyNothingAsked(view, membership)
  if (selectors.isSnubbed(view)) return [reason('snubbed', sinceOf(context, 'requests'))]
  if (heldBackSince !== undefined) return [reason('download_limited', heldBackSince)]
  const waitingSince = Math.max(oldest.at, lastBlockAt)
  return now - waitingSince >= delays.tickMs ? [reason('awaiting_blocks', waitingSince)] : []
}

function whyNothingAsked(view: PeerView, membership: Membership | undefined): Reason[] {
  const { context, value } = view
  if (membership && wantsNothing(membership.torrent)) {
    const why = whyNothingWanted(membership.torrent)
    return [reason(why, Math.max(context.since.handshake, idleSince(membership.torrent, why)))]
  }
  if (value.availability === 'awaiting_first' && context.pieces.isNone) {
    return [reason('pieces_unknown', context.since.handshake)]
  }
  if (!selectors.amInterested(view)) return [reason('nothing_wanted', sinceOf(context, 'am_interested'))]
  const snubbed = selectors.isSnubbed(view) ? [reason('snubbed', sinceOf(context, 'requests'))] : []
  if (selectors.peerChoking(view)) return [reason('choked', sinceOf(context, 'peer_choking')), ...snubbed]
  return [
    ...snubbed,
    membership ? whyTorrentAsksNothing(context, membership) : reason('not_asked', askableSince(context)),
  ]
}

function whyNothingWanted(torrent: Readonly<Core>): 'complete' | 'selection_complete' | 'read_only' | 'data_lost' {
  if (torrent.have.isAll) return 'complete'
  if (isChosenHere(torrent)) return 'selection_complete'
  return torrent.readOnly ? 'read_only' : 'data_lost'
}

function whyTorrentAsksNothing(context: PeerFacts, { torrent, record }: Membership): Reason {
  const { blame, hungry } = torrent
  const { refusals } = record
  const why = whyNotAsked(torrent, record)
  if (why === 'disk_backlog') return reason(why, Math.max(askableSince(context), idleSince(torrent, why)))
  if (why === 'refused') return reason(why, refusals.since)
  if (!hungry.has(record.peer)) return reason('not_asked', askableSince(context))
  // It was offered to the picker, which found nothing.
  if (!refusals.isEmpty) return reason('refused', refusals.since)
  return reason(blame.isOnParole(record.peer) ? 'on_parole' : 'all_requested', askableSince(context))
}

function whyNoUpload(view: PeerView, membership: Membership | undefined): Reason[] {
  const { context, value } = view
  const { askedAt, isUploadLimited, lastUploadAt, now, queued, serving, since } = context
  if (value.uploads === 'congested') {
    const congestedSince = sinceOf(context, 'uploads')
    if (isUploadLimited) return [reason('upload_limited', congestedSince)]
    return now - congestedSince >= delays.tickMs ? [reason('congested', congestedSince)] : []
  }
  if (queued.length + serving.length > 0) {
    const waitingSince = Math.max(askedAt, lastUploadAt)
    return now - waitingSince >= delays.tickMs ? [reason('awaiting_disk', waitingSince)] : []
  }
  if (membership?.torrent.have.isNone) {
    const { torrent } = membership
    return [reason('nothing_to_offer', Math.max(since.handshake, idleSince(torrent, 'nothing_to_offer')))]
  }
  if (selectors.isUploadOnly(view)) {
    const region = selectors.isSeeder(view) ? 'availability' : 'peer_interested'
    return [reason('remote_complete', sinceOf(context, region))]
  }
  if (membership?.torrent.superSeeding?.isWaiting(membership.record.peer)) {
    return [reason('super_seeding_wait', Math.max(sinceOf(context, 'peer_interested'), lastUploadAt))]
  }
  if (!selectors.peerInterested(view)) return [reason('not_interested', sinceOf(context, 'peer_interested'))]
  if (selectors.amChoking(view)) return [reason('choking', sinceOf(context, 'am_choking'), whyChoked(membership))]
  const mayAskSince = Math.max(sinceOf(context, 'am_choking'), since.peer_interested, lastUploadAt)
  return now - mayAskSince >= delays.tickMs ? [reason('not_asking', mayAskSince)] : []
}

/** What the last choke round said of it. */
function whyChoked(membership: Membership | undefined): string | undefined {
  if (!membership) return undefined
  const { record, torrent } = membership
  const decision = torrent.chokeRound?.peers.find(({ peer }) => peer === record.peer)
  return decision?.slot === 'none' ? decision.reason : undefined
}

/** When a region entered its state; while the connection is not open nothing counts. */
const sinceOf = ({ since }: PeerFacts, region: keyof Since): number => Math.max(since[region], since.handshake)

/** Since when it could be asked for something and owes nothing. */
const askableSince = (context: PeerFacts): number =>
  Math.max(sinceOf(context, 'peer_choking'), sinceOf(context, 'am_interested'), context.lastBlockAt)
