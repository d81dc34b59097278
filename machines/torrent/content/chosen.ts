import { isNothingLeft, type Losses } from './losses.ts'
import type { Selection } from './selection.ts'
import type { ContentSlice } from './slice.ts'

type Chosen = Readonly<Pick<ContentSlice, 'have' | 'losses' | 'selection' | 'unchosen'>>

/** How many pieces have a byte of a file that is wanted. */
export const chosenOf = ({ selection: { skipped } }: Pick<Chosen, 'selection'>): number => skipped.size - skipped.count

/** How many of these are ours. */
export const chosenHere = ({ have, losses, selection, unchosen }: Chosen): number =>
  have.count - (selection.skipped.count - unchosen - (losses.held.count - lostOf(selection, losses)))

/** Whether all of these are ours. */
export const isChosenHere = (content: Chosen): boolean =>
  isNothingLeft(content) && lostOf(content.selection, content.losses) === 0

/** How many of these are held back, as they were lost. */
export const lostOf = ({ skipped }: Selection, { held }: Losses): number => held.countMissingFrom(skipped)
