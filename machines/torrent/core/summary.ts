import { hexToBytes } from '../../hex.ts'
import { formatCloseReason } from '../../peer/close-reason.ts'
import { unknownLayout } from '../../peer/context.ts'
import { payloadAt } from '../../peer/measuring.ts'
import { isEncrypted } from '../../peer/selectors.ts'
import { decodeClient } from '../../peer-id.ts'
import type { PeerRecord } from '../connections/peer-table.ts'
import { viewOf } from '../connections/peer-view.ts'
import type { PeerSummary, TorrentProgress } from '../emitted.ts'
import type { Core } from './core.ts'

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
    transport: record.link.kind,
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
  }
}

/** How the torrent stands. */
export function progressOf(core: Core): TorrentProgress {
  return {
    pieces: core.have.count,
    total: core.layout === unknownLayout ? 0 : core.have.size,
    downloaded: core.downloaded,
    uploaded: core.uploaded,
    downloadedEver: core.earlier.downloaded + core.downloaded,
    uploadedEver: core.earlier.uploaded + core.uploaded,
    rateDown: core.rateDown.bytesPerSecond,
    rateUp: core.rateUp.bytesPerSecond,
    peers: core.swarm.openCount,
  }
}
