import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { PieceSet } from '../../piece-set.ts'
import type { ContentSlice } from './slice.ts'

type Content = Readonly<Pick<ContentSlice, 'have' | 'isChecked' | 'layout'>>

/** The pieces that are known to be ours; undefined as long as nobody knows how the torrent divides. */
export function piecesOf({ have, isChecked, layout }: Content): PieceSet | undefined {
  if (layout === unknownLayout) return undefined
  return isChecked ? have : PieceSet.none(layout.pieceCount)
}

/** Bytes of all others that a file which is wanted has a byte of. */
export function leftOf(content: Content & Readonly<Pick<ContentSlice, 'selection'>>): number | undefined {
  const pieces = piecesOf(content)?.union(content.selection.skipped)
  if (!pieces) return undefined
  const { length, pieceCount, pieceLength } = content.layout
  const missing = (pieceCount - pieces.count) * pieceLength
  // The last may be short.
  return pieces.has(pieceCount - 1) ? missing : missing - (pieceCount * pieceLength - length)
}
