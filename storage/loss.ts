import { piecesOf } from './file-pieces.ts'
import type { FileChange } from './file-stamps.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
import { errorCode, type StorageError } from './storage-error.ts'

/** Pieces that cannot be had any more as they were verified: those of a file, or one of a store without files. */
export interface Loss {
  /** The first piece, and the one behind the last. */
  readonly first: number
  readonly end: number
  /** Whether something is there to be hashed: some of the pieces may still be right. */
  readonly isThere: boolean
  /** What happened, with the path of the file. */
  readonly cause: string
  readonly path?: string
}

/** What keeps everybody from reading a file, from its first byte to its last. */
const outOfReachCodes: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO']

/** A piece could not be read; `file` is the one that failed, where that is known. */
export const lossOfRead = (
  metainfo: Pick<Metainfo, 'pieceLength'>,
  index: number,
  error: StorageError,
  file: TorrentFile | undefined,
): Loss => {
  if (file === undefined) return { first: index, end: index + 1, isThere: false, cause: error.message }
  const [first, end] = piecesOf(file, metainfo.pieceLength)
  const isThere = !outOfReachCodes.includes(errorCode(error) ?? '')
  return { first, end, isThere, cause: error.message, ...(error.path !== undefined && { path: error.path }) }
}

/** A file is not as it was. */
export const lossOfChange = (
  metainfo: Pick<Metainfo, 'pieceLength'>,
  file: TorrentFile,
  path: string,
  change: FileChange,
): Loss => {
  const [first, end] = piecesOf(file, metainfo.pieceLength)
  const cause = change === 'gone' ? `${path} is gone` : `${path} was changed by another program`
  return { first, end, isThere: change === 'changed', cause, path }
}
