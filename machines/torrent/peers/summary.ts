import { hexToBytes } from '../../hex.ts'
import { formatCloseReason } from '../../peer/close-reason.ts'
import { attemptsUnderWay } from '../../peer/dial.ts'
import type { PeerView } from '../../peer/events.ts'
import { payloadAt } from '../../peer/measuring.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { isEncrypted } from '../../peer/selectors.ts'
import { decodeClient } from '../../peer-id.ts'
import { type ChartRef, type Command, emit } from '../vocabulary/commands.ts'
import type { PeerSummary } from '../vocabulary/emitted.ts'
import type { PeerRecord } from './peer-table.ts'

/** How a peer stands, for people and programs; undefined before its actor runs. */
export function summarize(record: PeerRecord): PeerSummary | undefined {
  const snapshot = viewOf(record)
  if (!snapshot) return undefined
  const { context, value } = snapshot
  const cameAt = payloadAt(context)
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
    ...attemptsIn(snapshot),
  }
}

/** Of a dial by several transports that has ended before one opened. */
function attemptsIn({ context, value }: PeerView): Pick<PeerSummary, 'attempts'> {
  const { closeReason, failedAttempts, ways } = context
  if (!closeReason || ways.length < 2 || value.encryption !== 'undecided') return {}
  return {
    attempts: [
      ...failedAttempts.map(({ kind, end }) => ({ transport: kind, reason: `transport.${end.code}` })),
      ...attemptsUnderWay(context).map((transport) => ({ transport, reason: formatCloseReason(closeReason) })),
    ],
  }
}

/** Emits how a peer stands; nothing before its actor runs. */
export function emitPeer(core: { readonly chart: ChartRef }, record: PeerRecord): Command[] {
  const peer = summarize(record)
  return peer ? emit(core, { type: 'peer', peer }) : []
}
