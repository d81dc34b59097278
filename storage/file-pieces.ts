import type { TorrentFile } from './metainfo.ts'

/** The files that have bytes on a disk, in the order of the torrent: those that are watched, and have a stamp. */
export const keptFiles = (files: readonly TorrentFile[]): readonly TorrentFile[] =>
  files.filter((file) => file.length > 0 && !file.pad)

/** The first piece that touches a file, and the one behind the last. */
export const piecesOf = ({ offset, length }: TorrentFile, pieceLength: number): [first: number, end: number] => [
  Math.floor(offset / pieceLength),
  Math.ceil((offset + length) / pieceLength),
]
