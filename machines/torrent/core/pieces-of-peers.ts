import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { noteUnshown, offerAfterPiece, offerAfterPieces } from '../choking/super-seeding-offers.ts'
import { part } from '../connections/close-useless.ts'
import { feed } from '../download/downloading.ts'
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
export function notePiece(core: Core, { peer, index, pieces }: News<'peer.have'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  core.picker.addPiece(peer, index, pieces)
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
export function noteLost(core: Core, { peer, index, pieces }: News<'peer.dont_have'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember || !core.picker.pieces(peer).has(index)) return []
  core.picker.removePiece(peer, index, pieces)
  noteUnshown(core, record, index)
  return interestWithoutPiece(core, record, index)
}

/** It downloads nothing (BEP 21), or does again. */
export function noteUploadOnly(core: Core, { peer }: News<'peer.upload_only'>): Command[] {
  const record = recordOf(core, peer)
  return record ? part(core, record) : []
}
