import type { PieceSet } from '../../piece-set.ts'
import type { StorageCommand } from '../vocabulary/events.ts'
import type { ContentSlice } from './slice.ts'

/** Pieces are to be hashed anew: what the storage is asked for. */
export function beginRecheck(
  content: Pick<ContentSlice, 'rechecks'>,
  pieces: PieceSet,
  isWished: boolean,
): Extract<StorageCommand, { type: 'storage.recheck' }> {
  const recheck = content.rechecks.asked + 1
  content.rechecks = { ...content.rechecks, asked: recheck }
  return { type: 'storage.recheck', recheck, pieces, isWished }
}

/** One of these is over. */
export function endRecheck(content: Pick<ContentSlice, 'rechecks'>, recheck: number): void {
  content.rechecks = { ...content.rechecks, over: recheck }
}
