import { fileIndexAt } from './file-index.ts'
import type { TorrentFile } from './metainfo.ts'

/** A part of one file, among bytes of a torrent that are asked for. */
export interface Segment {
  readonly file: TorrentFile
  /** Where in the file. */
  readonly position: number
  /** Where among the bytes asked for, and where these end. */
  readonly from: number
  readonly to: number
}

/** Where `length` bytes from `start` on lie, in their order. `files`: those that have a byte, in the order of the torrent. */
export function* segmentsOf(files: readonly TorrentFile[], start: number, length: number): Generator<Segment> {
  const end = start + length
  for (let i = fileIndexAt(files, start); i < files.length; i++) {
    const file = files[i]
    if (file === undefined || file.offset >= end) return
    const first = Math.max(start, file.offset)
    const last = Math.min(end, file.offset + file.length)
    yield { file, position: first - file.offset, from: first - start, to: last - start }
  }
}
