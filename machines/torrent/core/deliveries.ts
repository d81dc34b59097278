import type { PeerNews } from '../../peer/events.ts'
import { noteUnshown, offerAfterPiece, offerAfterPieces } from '../choking/super-seeding-offers.ts'
import { part } from '../connections/close-useless.ts'
import { tellDisk } from '../download/disk-backlog.ts'
import { feed, noteSuggestion, onChoked, onLate, takeBack, takeBlocks } from '../download/downloading.ts'
import { interestInPiece, interestInPieces, interestWithoutPiece } from '../download/interest.ts'
import { recordOf } from '../peers/peer-table.ts'
import type { Command } from '../vocabulary/commands.ts'
import type { Core } from './core.ts'

type News<Type extends PeerNews['type']> = Extract<PeerNews, { type: Type }>

/** A peer says which pieces it has. */
export function notePieces(core: Core, { peer, pieces }: News<'peer.pieces'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  core.picker.setPieces(peer, pieces)
  return [
    ...interestInPieces(core, record, pieces),
    ...offerAfterPieces(core, record, pieces),
    ...feed(core, record),
    ...part(core, record),
  ]
}

/** A peer has one more piece. */
export function notePiece(core: Core, { peer, index }: News<'peer.have'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  core.picker.addPiece(peer, index)
  return [
    ...interestInPiece(core, record, index),
    ...offerAfterPiece(core, record, index),
    ...(core.hungry.has(peer) ? feed(core, record) : []),
    ...part(core, record),
  ]
}

/**
 * A peer has lost a piece. What was asked of it comes back by the peer: with the Fast extension it is rejected, without it is released
 * (BEP 54).
 */
export function noteLost(core: Core, { peer, index }: News<'peer.dont_have'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember || !core.picker.pieces(peer).has(index)) return []
  core.picker.removePiece(peer, index)
  noteUnshown(core, record, index)
  return interestWithoutPiece(core, record, index)
}

/** It downloads nothing (BEP 21), or does again. */
export function noteUploadOnly(core: Core, { peer }: News<'peer.upload_only'>): Command[] {
  const record = recordOf(core, peer)
  return record ? part(core, record) : []
}

/** We may ask it for blocks. */
export function noteUnchoked(core: Core, { peer }: News<'peer.unchoked'>): Command[] {
  const record = recordOf(core, peer)
  return record ? feed(core, record) : []
}

/** We may not any more. */
export function noteChoked(core: Core, { peer }: News<'peer.choked'>): Command[] {
  const record = recordOf(core, peer)
  return record ? onChoked(core, record) : []
}

/** We may ask it for a piece while it chokes us (BEP 6). */
export function noteAllowedFast(core: Core, { peer }: News<'peer.allowed_fast'>): Command[] {
  const record = recordOf(core, peer)
  return record ? feed(core, record) : []
}

/** It would rather be asked for a piece (BEP 6). */
export function noteSuggested(core: Core, { peer, index }: News<'peer.suggested'>): Command[] {
  const record = recordOf(core, peer)
  if (record) noteSuggestion(record, index)
  return []
}

/** Blocks that we asked for. */
export function takeDelivery(core: Core, { peer, blocks }: News<'peer.blocks'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const commands = takeBlocks(core, record, blocks)
  commands.push(...feed(core, record))
  if (core.verifying.size > 0) commands.push(...tellDisk(core))
  return commands
}

/** Requests are free for others again. */
export function noteReleased(core: Core, { peer, requests, cause }: News<'peer.released'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  return takeBack(core, record, requests, cause)
}

/** It owes blocks for longer than it usually does. */
export function noteLate(core: Core, { peer }: News<'peer.late'>): Command[] {
  const record = recordOf(core, peer)
  return record?.isMember ? onLate(core, record) : []
}
