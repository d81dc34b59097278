import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import type { FilePriority, Wanted } from '../vocabulary/file-priority.ts'
import { noLosses, regained } from './losses.ts'
import { endPlacing } from './placing.ts'
import { Selection } from './selection.ts'
import { begin, type ContentInput, type ContentSlice } from './slice.ts'

type Holdings = Pick<ContentSlice, 'have' | 'losses' | 'unchosen'> & Readonly<Pick<ContentSlice, 'selection'>>

/** Whether a piece is neither ours nor held back, and no file of it is wanted. */
const isUnchosen = ({ have, losses, selection }: Readonly<Holdings>, index: number): boolean =>
  selection.skipped.has(index) && !have.has(index) && !losses.held.has(index)

/** A piece is ours, or ours again. */
export function gainPiece(content: Holdings, index: number): void {
  if (isUnchosen(content, index)) content.unchosen--
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
  if (isUnchosen(content, index)) content.unchosen--
  content.losses = { ...content.losses, held: content.losses.held.with(index) }
}

/** A piece that was held back may be fetched. */
export function freePiece(content: Holdings, index: number): void {
  content.losses = { ...content.losses, held: content.losses.held.without(index) }
  if (isUnchosen(content, index)) content.unchosen++
}

/** The owner says what these files are to it: as long as what was saved is not known, of the others that counts. */
export function choose(content: ContentSlice, priorities: ReadonlyMap<number, FilePriority>): void {
  const { isChecked, selection, wishes } = content
  content.wishes = wishes && !isChecked ? new Map([...wishes, ...priorities]) : undefined
  adopt(content, selection.with(priorities))
}

/** Which files are wanted, for the storage. */
export const wantedOf = ({ selection, wishes }: Readonly<Pick<ContentSlice, 'selection' | 'wishes'>>): Wanted => ({
  files: selection.files,
  ...(wishes && { wishes }),
})

/** Other pieces are wanted. */
export function adopt(content: ContentSlice, selection: Selection): void {
  content.selection = selection
  content.unchosen = selection.skipped.countMissingFrom(content.have.union(content.losses.held))
}

/** The metadata has come: nothing of it is there, as far as is known. */
export function learnContent(
  content: ContentSlice,
  {
    isPrivate,
    layout,
    readOnly,
    ...chosen
  }: {
    readonly isPrivate: boolean
    readonly layout: Layout
    readonly readOnly: boolean
  } & Pick<ContentInput, 'byDefault' | 'priorities'>,
): void {
  content.layout = layout
  content.have = PieceSet.none(layout.pieceCount)
  content.losses = noLosses(layout.pieceCount)
  const { selection, wishes } = begin(layout, chosen)
  adopt(content, selection)
  content.wishes = wishes
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

/**
 * The disk was looked at: this is there, and nothing is lost. What was being hashed anew is over with that, and files that are wanted are in
 * their places. `saved`: which files were wanted when that was saved last, which counts where nobody has said since which are.
 */
export function takeStock(content: ContentSlice, have: PieceSet, saved?: Uint8Array): void {
  const { asked } = content.rechecks
  content.have = have
  content.losses = noLosses(have.size)
  const { placings, selection, wishes } = content
  adopt(content, wishes ? Selection.settled(content.layout, wantedOf(content), saved) : selection)
  if (saved || wishes?.size) content.wishes = undefined
  endPlacing(content, placings.asked)
  content.rechecks = { asked, over: asked }
  content.isChecked = true
  content.awaitsCheck = false
}
