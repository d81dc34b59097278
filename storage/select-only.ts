import { requireText } from '../transport/require.ts'

/** Parts of a list that are read: more than any link names by hand. */
const partsMax = 10_000

/**
 * Which files a magnet link is about (BEP 53, `so`), as numbers and ranges of them, such as `0,2,4-7`. What is none of both is passed over;
 * undefined when nothing is left.
 */
export function selectedOnly(text: string): ((file: number) => boolean) | undefined {
  requireText('the files of a magnet link', text)
  const ranges = text
    .split(',', partsMax)
    .flatMap((part) => {
      const [, first, last = first] = /^\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*$/.exec(part) ?? []
      const range = { from: Number(first), to: Number(last) }
      return first === undefined || range.to < range.from ? [] : [range]
    })
    .sort((one, other) => one.from - other.from)
  if (ranges.length === 0) return undefined
  const merged: { from: number; to: number }[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to)
    else merged.push(range)
  }
  return (file) => {
    let low = 0
    let high = merged.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((merged[middle]?.to ?? 0) < file) low = middle + 1
      else high = middle
    }
    return file >= (merged[low]?.from ?? Number.POSITIVE_INFINITY)
  }
}
