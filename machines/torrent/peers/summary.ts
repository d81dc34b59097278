import { hexToBytes } from '../../hex.ts'
import { failedAttemptsOf } from '../../peer/attempts.ts'
import { payloadAt } from '../../peer/blocks/measuring.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { isEncrypted } from '../../peer/selectors.ts'
import { formatCloseReason } from '../../peer/vocabulary/close-reason.ts'
import type { PeerView } from '../../peer/vocabulary/events.ts'
import { decodeClient } from '../../peer-id.ts'
import { type ChartRef, type Command, emit } from '../vocabulary/commands.ts'
import type { PeerSummary } from '../vocabulary/emitted.ts'
import type { PeerRecord } from './peer-table.ts'

/** How a peer stands, for people and programs; undefined before its actor runs. */
export function summarize(record: PeerRecord): PeerSummary | undefined {
  const snapshot = viewOf(record)
  return snapshot && summaryOf(record, snapshot)
}

/** The same, as this snapshot has it. */
export function summaryOf(record: Pick<PeerRecord, 'link'>, snapshot: PeerView): PeerSummary {
  const { context, value } = snapshot
  const cameAt = payloadAt(context)
  const attempts = failedAttemptsOf(snapshot)
  const closed = value.handshake === 'closing' || value.handshake === 'closed'
  return {
    address: record.link.address,
    direction: record.link.direction,
    transport: context.link.kind,
    state: closed ? 'closed' : value.handshake === 'open' ? 'open' : 'connecting',
    encrypted: isEncrypted(snapshot),
    client: context.remotePeerId === '' ? '' : decodeClient(hexToBytes(context.remotePeerId)),
    peerId: context.remotePeerId,
    amChoking: value.am_choking === 'choking',
    amInterested: value.am_interested === 'interested',
    peerChoking: value.peer_choking === 'choking',
    peerInterested: value.peer_interested === 'interested',
    pieces: context.pieces.count,
    rateDown: context.rateDown.bytesPerSecond,
    rateUp: context.rateUp.bytesPerSecond,
    downloaded: context.downloaded,
    uploaded: context.uploaded,
    ...(cameAt !== undefined && { payloadAt: cameAt }),
    reputation: context.reputation,
    blocksInflight: context.outstanding.length,
    ...(context.closeReason && { reason: formatCloseReason(context.closeReason) }),
    ...(attempts.length > 0 && { attempts }),
  }
}

/** Emits how a peer stands; nothing before its actor runs. */
export function emitPeer(core: { readonly chart: ChartRef }, record: PeerRecord): Command[] {
  const peer = summarize(record)
  return peer ? emit(core, { type: 'peer', peer }) : []
}
