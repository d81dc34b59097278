import { isChosenHere } from './chosen.ts'
import type { Selection } from './selection.ts'
import type { ContentSlice } from './slice.ts'

type Placing = Pick<ContentSlice, 'placings'>

/** Whether files are being brought into their places. */
export const isPlacing = ({ placings }: Readonly<Placing>): boolean => placings.over < placings.asked

/** Whether all that is wanted is there, and each file of it in its place. */
export const isInPlace = (content: Parameters<typeof isChosenHere>[0] & Readonly<Placing>): boolean =>
  isChosenHere(content) && !isPlacing(content)

/** Other files are wanted than before: those that were skipped are to be brought into their places, if there are any. */
export function beginPlacing(content: Placing & Pick<ContentSlice, 'selection'>, before: Selection): void {
  const { placings, selection } = content
  const isAnyNew = selection.files.some((level, file) => level !== 0 && before.files[file] === 0)
  if (isAnyNew) content.placings = { ...placings, asked: placings.asked + 1 }
}

/** The files of one of these, and of those before, are in their places. */
export function endPlacing(content: Placing, over: number): void {
  content.placings = { ...content.placings, over: Math.max(over, content.placings.over) }
}
