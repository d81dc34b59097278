import type { Layout } from '../../layout.ts'
import type { PieceSet } from '../../piece-set.ts'

/** How many bytes of a file are in pieces that are ours, by its number. */
export function bytesHere(layout: Layout, have: PieceSet, file: number): number {
  const { length = 0, offset = 0 } = layout.files[file] ?? {}
  if (have.isAll) return length
  const [first, end] = layout.piecesOfFile(file)
  let bytes = 0
  for (let index = first; index < end; index++) {
    if (!have.has(index)) continue
    const start = index * layout.pieceLength
    bytes += Math.min(start + layout.pieceLength, offset + length) - Math.max(start, offset)
  }
  return bytes
}
