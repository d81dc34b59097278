import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import type { Reader, ReadingCore } from './slice.ts'

/** What is fetched ahead of a reader before all else: what comes in this time at the present rate, in milliseconds. */
export const aheadMs = 10_000

/** But no less than this, in bytes: a few seconds of what plays, before a rate is known. */
export const aheadBytesMin = 4 * 2 ** 20

/** And no more, in bytes: beyond, the rarest come first, so that others have something to trade. */
export const aheadBytesMax = 64 * 2 ** 20

/** Ahead of a reader there are two pieces at least: one to be read, and one to come. */
const aheadPiecesMin = 2

/** Pieces that come before others, all readers together, and pieces of one window: a piece may be a single byte. */
export const urgentMax = 2_048

/** Has the pieces that readers wait for picked before all others. */
export function hurry(core: ReadingCore): void {
  const { layout, picker, rateDown, readers } = core
  core.steps = 0
  if (readers.size === 0) {
    if (picker.hurried.length > 0) picker.hurry([])
    return
  }
  picker.hurry(urgentPieces([...readers.values()], piecesAhead(layout, rateDown.bytesPerSecond), picker.have))
}

/**
 * A reader has read on to a piece. The windows of all follow at once where it waits for that piece, and else when as many steps were made as
 * there are readers: looking at all of them at each step of one would cost the square of their number.
 */
export function readOn(core: ReadingCore, first: number): void {
  const { picker, readers } = core
  core.steps++
  const isLeftOut = picker.wants(first) && picker.hurried.length < urgentMax && !picker.hurried.includes(first)
  if (isLeftOut || core.steps >= readers.size) hurry(core)
}

/** Whether pieces of the window of a reader are to be fetched. */
export function lacksAhead({ layout, picker, rateDown }: ReadingCore, { first, end }: Reader): boolean {
  const windowEnd = Math.min(end, first + piecesAhead(layout, rateDown.bytesPerSecond))
  for (let index = first; index < windowEnd; index++) if (picker.wants(index)) return true
  return false
}

/** How many pieces the window of a reader has. */
export function piecesAhead({ pieceLength }: Pick<Layout, 'pieceLength'>, bytesPerSecond: number): number {
  const bytes = Math.min(aheadBytesMax, Math.max(aheadBytesMin, (bytesPerSecond * aheadMs) / 1000))
  return Math.min(urgentMax, Math.max(aheadPiecesMin, Math.ceil(bytes / pieceLength)))
}

/**
 * The pieces of all windows that are to be fetched, each once: those next to their readers first, so that each reader has its share. `ahead`:
 * pieces of a window; those behind the torrent's last, or further on than `urgentMax`, do not count. What it costs grows with the readers and
 * with these pieces, and with a window at most so long.
 */
export function urgentPieces(readers: readonly Reader[], ahead: number, fetched: PieceSet): number[] {
  const all = PieceSet.all(fetched.size)
  const reach = Math.min(ahead, fetched.size, urgentMax)
  /** Parts of windows, by how far from its reader the next piece of each lies that is to be fetched. */
  const byDistance: Span[][] = Array.from({ length: reach }, () => [])
  const file = (span: Span) => {
    const next = all.nextMissingFrom(fetched, span.next)
    if (next >= 0 && next < span.end) byDistance[next - span.reader]?.push({ ...span, next })
  }
  for (const span of spansOf(readers, reach)) file(span)
  const urgent: number[] = []
  for (const spans of byDistance) {
    for (const span of spans) {
      urgent.push(span.next)
      if (urgent.length === urgentMax) return urgent
      file({ ...span, next: span.next + 1 })
    }
  }
  return urgent
}

/** A part of a window: where its reader is, the first piece that was not looked at, and the one behind the last. */
interface Span {
  readonly reader: number
  readonly next: number
  readonly end: number
}

/** The windows without what they share: a piece belongs to the reader that it is next to. */
function spansOf(readers: readonly Reader[], ahead: number): Span[] {
  const spans: Span[] = []
  /** What readers further on have in their windows, in parts that do not touch, the lowest last. */
  const taken: { readonly first: number; readonly end: number }[] = []
  for (const reader of [...readers].sort((one, other) => other.first - one.first)) {
    const { first } = reader
    const last = Math.min(reader.end, first + ahead)
    let next = first
    for (let part = taken.at(-1); part && part.first <= last; part = taken.at(-1)) {
      if (next < part.first) spans.push({ reader: first, next, end: part.first })
      next = Math.max(next, part.end)
      taken.pop()
    }
    if (next < last) spans.push({ reader: first, next, end: last })
    taken.push({ first, end: Math.max(next, last) })
  }
  return spans.reverse()
}

/** The first piece that a reader waits for, of which blocks are missing, and that no connected peer has; undefined where there is none. */
export function unavailableToReaders({ picker, readers, verifying }: ReadingCore): number | undefined {
  for (const { first } of readers.values()) {
    if (picker.wants(first) && !verifying.has(first) && picker.availability(first) === 0) return first
  }
  return undefined
}
