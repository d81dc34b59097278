import { explain } from '../../machines/explain/explain.ts'
import type { Explanation } from '../../machines/explain/reasons.ts'
import { hexToBytes } from '../../machines/hex.ts'
import { failedAttemptsOf, formatAttempts } from '../../machines/peer/attempts.ts'
import * as selectors from '../../machines/peer/selectors.ts'
import { formatCloseReason } from '../../machines/peer/vocabulary/close-reason.ts'
import type { PeerView } from '../../machines/peer/vocabulary/events.ts'
import type { Evidence } from '../../machines/peer/vocabulary/evidence.ts'
import { decodeClient } from '../../machines/peer-id.ts'
import { formatAddress } from '../../transport/address.ts'
import type { PeerRow } from '../protocol/protocol.ts'
import { innermost } from './states.ts'

/** A reason of `explain` as a row has it. */
export type ReasonRow = PeerRow['reasons'][number]

/** How a peer stands. `torrent`: the number of its torrent's actor, 0 without one. */
export function peerRow(id: number, torrent: number, view: PeerView): PeerRow {
  const { context, value } = view
  const { closeReason, remotePeerId } = context
  const attempts = failedAttemptsOf(view)
  const explanation = explain(view)
  return {
    id,
    torrent,
    address: formatAddress(context.link.address),
    direction: context.link.direction,
    transport: context.link.kind,
    ...(attempts.length > 0 && { attempts: formatAttempts(attempts) }),
    client: remotePeerId === '' ? '' : decodeClient(hexToBytes(remotePeerId)),
    amChoking: selectors.amChoking(view),
    amInterested: selectors.amInterested(view),
    peerChoking: selectors.peerChoking(view),
    peerInterested: selectors.peerInterested(view),
    handshake: innermost(value.handshake),
    encryption: innermost(value.encryption),
    reputationState: innermost(value.reputation),
    reputation: context.reputation,
    rateDown: closeReason ? 0 : context.rateDown.bytesPerSecond,
    rateUp: closeReason ? 0 : context.rateUp.bytesPerSecond,
    downloaded: context.downloaded,
    uploaded: context.uploaded,
    inFlight: context.outstanding.length,
    pieces: context.pieces.count,
    why: firstWhy(explanation),
    reasons: reasonRows(explanation),
    ...(closeReason && { closed: formatCloseReason(closeReason) }),
    evidence: context.evidence.map(evidenceRow),
  }
}

/** The first reason of each way: `↓` of why nothing comes, `↑` of why nothing goes, none of what holds for both. */
function firstWhy({ download, upload }: Explanation): string {
  const [down] = download
  const [up] = upload
  if (down && up && down.code === up.code) return down.text
  return [...(down ? [`↓ ${down.text}`] : []), ...(up ? [`↑ ${up.text}`] : [])].join('; ')
}

/** All reasons, each once, those of downloading first, with the arrows of `firstWhy`. */
export function reasonRows({ download, upload }: Explanation, most = 20): ReasonRow[] {
  const rows = new Map<string, ReasonRow & { readonly arrow: string }>()
  for (const [arrow, reasons] of [['↓ ', download] as const, ['↑ ', upload] as const]) {
    for (const { code, text, since, peer } of reasons) {
      const named = peer ? `${formatAddress(peer)}: ${text}` : text
      const before = rows.get(named)
      if (before !== undefined && before.arrow !== arrow) rows.set(named, { ...before, arrow: '' })
      else if (before === undefined && rows.size < most) rows.set(named, { code, text: named, since, arrow })
    }
  }
  return [...rows.values()].map(({ arrow, text, ...row }) => ({ ...row, text: arrow + text }))
}

function evidenceRow({ rule, change, piece, blocks, detail }: Evidence): PeerRow['evidence'][number] {
  const about = [
    ...(piece === undefined ? [] : [`piece ${piece}`]),
    ...(blocks === undefined ? [] : [`blocks ${blocks.join(' ')}`]),
    ...(detail === undefined ? [] : [detail]),
  ]
  return { rule, delta: change, text: about.join(', ') }
}
