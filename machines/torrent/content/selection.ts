import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import { type FilePriority, filePriorities, levelOf, normalLevel, type Wanted } from '../vocabulary/file-priority.ts'

/** Pieces from one on, up to the one behind the last. */
export interface PieceRange {
  readonly first: number
  readonly end: number
}

/**
 * Which files of a torrent are to be had, and what that means for its pieces: immutable. A piece is as important as the most important of
 * the files that it has bytes of; a pad file (BEP 47) goes with the file before it.
 */
export class Selection {
  /** The priority of each file, as its place in `filePriorities`. Not to be changed. */
  readonly files: Uint8Array
  /** The same of each piece; undefined when all are `normal`. Not to be changed. */
  readonly pieces: Uint8Array | undefined
  /** The pieces without a byte of a file that is to be had, and that are not read: they are not fetched. */
  readonly skipped: PieceSet
  readonly #layout: Layout
  readonly #reads: readonly PieceRange[]

  private constructor(layout: Layout, files: Uint8Array, reads: readonly PieceRange[] = []) {
    this.#layout = layout
    this.#reads = reads
    this.files = files
    this.pieces = files.every((level) => level === normalLevel) ? undefined : piecesOf(layout, files)
    if (this.pieces) raise(this.pieces, reads)
    this.skipped = skippedIn(layout, this.pieces)
  }

  /** Every file is to be had, none before others. */
  static all(layout: Layout): Selection {
    return new Selection(layout, new Uint8Array(layout.files.length).fill(normalLevel))
  }

  /** The selection that `files` of another says; undefined when it is not of so many files, or has what is no priority. It is copied. */
  static from(layout: Layout, files: Uint8Array): Selection | undefined {
    if (files.length !== layout.files.length) return undefined
    if (files.some((level) => level >= filePriorities.length)) return undefined
    return new Selection(layout, files.slice())
  }

  /** The selection that comes of what is wanted and what was saved: of both what is of another torrent is passed over. */
  static settled(layout: Layout, { files, wishes }: Wanted, saved?: Uint8Array): Selection {
    const recalled = wishes && saved && Selection.from(layout, saved)
    const selection = recalled ?? Selection.from(layout, files) ?? Selection.all(layout)
    return selection.with(wishes ?? [])
  }

  /** With other priorities for these files; itself when that changes nothing. Numbers of no file are passed over. */
  with(priorities: Iterable<readonly [file: number, priority: FilePriority]>): Selection {
    const files = this.files.slice()
    let isOther = false
    for (const [file, priority] of priorities) {
      const level = levelOf(priority)
      if (files[file] === undefined || files[file] === level) continue
      files[file] = level
      isOther = true
    }
    return isOther ? new Selection(this.#layout, files, this.#reads) : this
  }

  /** The same files, and besides these pieces, as they are read; those that were read before no more. */
  reading(reads: readonly PieceRange[]): Selection {
    return new Selection(this.#layout, this.files, reads)
  }

  /** The priority of a file, by its number; `skip` where there is none. */
  priorityOf(file: number): FilePriority {
    return filePriorities[this.files[file] ?? 0] ?? 'skip'
  }

  /** The priority of a piece, as its place in `filePriorities`. */
  levelOf(index: number): number {
    return this.pieces === undefined ? normalLevel : (this.pieces[index] ?? 0)
  }
}

/** What nobody would have is wanted after all, as it is read: each piece is looked at once, however many read it. */
function raise(pieces: Uint8Array, reads: readonly PieceRange[]): void {
  let from = 0
  for (const { first, end } of [...reads].sort((one, other) => one.first - other.first)) {
    for (let index = Math.max(first, from); index < end; index++)
      pieces[index] = Math.max(pieces[index] ?? 0, normalLevel)
    from = Math.max(from, end)
  }
}

function piecesOf({ files: spans, pieceCount, pieceLength }: Layout, files: Uint8Array): Uint8Array {
  const pieces = new Uint8Array(pieceCount)
  let level = files[spans.findIndex(({ length, pad }) => length > 0 && !pad)] ?? normalLevel
  for (const [file, { length, offset, pad }] of spans.entries()) {
    if (length === 0) continue
    if (!pad) level = files[file] ?? 0
    const first = Math.floor(offset / pieceLength)
    pieces[first] = Math.max(pieces[first] ?? 0, level)
    // No file before it has bytes of these.
    pieces.fill(level, first + 1, Math.ceil((offset + length) / pieceLength))
  }
  return pieces
}

function skippedIn({ pieceCount }: Layout, pieces: Uint8Array | undefined): PieceSet {
  const none = PieceSet.none(pieceCount)
  if (pieces === undefined) return none
  const bits = new Uint8Array(Math.ceil(pieceCount / 8))
  for (const [index, level] of pieces.entries()) {
    if (level === 0) bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (0x80 >>> (index & 7))
  }
  return PieceSet.fromBits(bits, pieceCount) ?? none
}
