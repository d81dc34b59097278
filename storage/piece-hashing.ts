import { fileIndexAt } from './file-index.ts'
import type { Metainfo } from './metainfo.ts'
import { sha1 } from './sha1.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'

/** A piece that was hashed. */
export interface Hashed {
  readonly index: number
  /** The next that is to be hashed: those between are missing, like this one, or were passed over. */
  readonly after: number
  readonly isRight: boolean
  /** Why it could not be read, though it may be there. */
  readonly fault: StorageError | undefined
}

/** How pieces are read, and which. */
export interface Hashing {
  readonly metainfo: Metainfo
  /** A whole piece. Rejects as `ChunkStore.get` answers; whatever ends the hashing as `ended`. */
  read(index: number): Promise<Uint8Array>
  /** Which piece is to be hashed from a place on: that one, or one behind it. */
  skip(from: number): number
  /** Throws what ends the hashing. */
  requireGoingOn(): void
}

/** A piece that was read, if it is there; `after`: the next that may be. */
interface Read {
  readonly data: Uint8Array | undefined
  readonly after: number
  readonly fault: StorageError | undefined
}

/**
 * Hashes pieces in their order, one while the next is read. Missing and short files are passed over without reading on. What is answered by
 * the store is no error of this.
 */
export async function* hashInOrder({ metainfo, read, skip, requireGoingOn }: Hashing): AsyncGenerator<Hashed> {
  const pieceCount = metainfo.pieceHashes.length / 20
  const readAhead = async (index: number): Promise<Read> => {
    if (index >= pieceCount) return { data: undefined, after: index, fault: undefined }
    try {
      return { data: await read(index), after: index + 1, fault: undefined }
    } catch (error) {
      const fault = isAbsent(error) ? undefined : toStorageError(error, `cannot read piece ${index}`)
      return { data: undefined, after: isEndOfFile(error) ? pieceAfterFile(metainfo, index) : index + 1, fault }
    }
  }
  let index = skip(0)
  let next = readAhead(index)
  while (index < pieceCount) {
    requireGoingOn()
    const { data, after: end, fault } = await next
    requireGoingOn()
    const after = skip(end)
    next = readAhead(after)
    yield { index, after, isRight: data !== undefined && (await isPiece(metainfo, index, data)), fault }
    index = after
  }
}

/** Whether these are the bytes of a piece, by its SHA-1. */
export const isPiece = async (
  { pieceHashes }: Pick<Metainfo, 'pieceHashes'>,
  index: number,
  data: Uint8Array,
): Promise<boolean> => {
  const digest = await sha1(data)
  return Buffer.compare(digest, pieceHashes.subarray(index * 20, index * 20 + 20)) === 0
}

/**
 * The first piece that does not need the file which piece `index` lies in: none before it can be whole when that file is
 * missing or too short. Simply the next piece when `index` lies in several.
 */
const pieceAfterFile = ({ files, pieceLength }: Metainfo, index: number): number => {
  const start = index * pieceLength
  const file = files[fileIndexAt(files, start)]
  const fileEnd = file === undefined ? start : file.offset + file.length
  return Math.max(index + 1, Math.ceil(fileEnd / pieceLength))
}

/** A file that is missing or ends early: no byte after this place can be there either. */
const isEndOfFile = (error: unknown): boolean => errorCode(error) === 'ENOENT' || errorCode(error) === 'EPARTIALREAD'

/** `notFound`, or no code at all, is how memory-chunk-store and its kin say it (see `ChunkStore`); a StorageError is our own. */
const isAbsent = (error: unknown): boolean => {
  if (isEndOfFile(error)) return true
  if (!(error instanceof Error) || error instanceof StorageError) return false
  return ('notFound' in error && error.notFound === true) || errorCode(error) === undefined
}
