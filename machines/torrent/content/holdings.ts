import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import { noLosses, regained } from './losses.ts'
import type { ContentSlice } from './slice.ts'

type Holdings = Pick<ContentSlice, 'have' | 'losses'>

/** A piece is ours, or ours again. */
export function gainPiece(content: Holdings, index: number): void {
  content.have = content.have.with(index)
  content.losses = regained(content.losses, index)
}

/** A piece is ours no longer. */
export function losePiece(content: Holdings, index: number): void {
  const { withdrawn, held } = content.losses
  content.have = content.have.without(index)
  content.losses = { withdrawn: withdrawn.with(index), held: held.with(index) }
}

/** A piece that we lack is not to be fetched. */
export function holdPiece(content: Holdings, index: number): void {
  content.losses = { ...content.losses, held: content.losses.held.with(index) }
}

/** A piece that was held back may be fetched. */
export function freePiece(content: Holdings, index: number): void {
  content.losses = { ...content.losses, held: content.losses.held.without(index) }
}

/** The metadata has come: nothing of it is there, as far as is known. */
export function learnContent(
  content: ContentSlice,
  { isPrivate, layout, readOnly }: { readonly isPrivate: boolean; readonly layout: Layout; readonly readOnly: boolean },
): void {
  content.layout = layout
  content.have = PieceSet.none(layout.pieceCount)
  content.losses = noLosses(layout.pieceCount)
  content.isPrivate = isPrivate
  content.readOnly = readOnly
}

/** The disk is looked at: an answer counts from now on. */
export function awaitCheck(content: Pick<ContentSlice, 'awaitsCheck'>): void {
  content.awaitsCheck = true
}

/** No answer counts any more. */
export function endCheck(content: Pick<ContentSlice, 'awaitsCheck'>): void {
  content.awaitsCheck = false
}

/** The disk was looked at: this is there, and nothing is lost. What was being hashed anew is over with that. */
export function takeStock(content: ContentSlice, have: PieceSet): void {
  const { asked } = content.rechecks
  content.have = have
  content.losses = noLosses(have.size)
  content.rechecks = { asked, over: asked }
  content.isChecked = true
  content.awaitsCheck = false
}
