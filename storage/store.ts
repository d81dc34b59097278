import type { FileChange, FileStamp } from './file-stamps.ts'
import type { LongFile } from './long-file.ts'

/**
 * Storage by pieces: the shape of `abstract-chunk-store`, which `fs-chunk-store`, `memory-chunk-store` and many more have.
 * `put` takes whole pieces; `get` may name a part.
 *
 * What `get` answers tells a piece that is not there from one that cannot be read:
 *
 * | answer | means |
 * | --- | --- |
 * | the bytes asked for | they are there; a check says whether they are right |
 * | fewer or more bytes, none at all, an `Error` with `notFound: true`, one without a `code` | the piece is not there |
 * | an `Error` whose `code` is `ENOENT` or `EPARTIALREAD` | nothing is there from this place to the end of the file it lies in |
 * | an `Error` with any other `code`, such as `EIO` or `EACCES` | the piece cannot be read, and may be there |
 *
 * No answer of `get` ends a torrent: one bad file is not the torrent. What is not there is downloaded. What cannot be read counts as lost:
 * a `warning` names it, it is not in `verified`, and it is not downloaded, as it may be right, until `recheck()` or a new start finds it
 * readable or not there; so `done` stays pending, and `explain` says `data_lost`. When a piece that was verified cannot be read for a
 * peer, the torrent withdraws it, whatever the answer was, and it is lost likewise. Codes of failures that pass by themselves are tried
 * again first. Any error of `put` ends the torrent as `failed`, and `done` rejects with it.
 */
export interface ChunkStore {
  readonly chunkLength: number
  /**
   * Says that `put` is done with the bytes it was given when it calls back: it has written them, or keeps a copy. They serve for
   * another piece then. A store that does not say so, such as `memory-chunk-store`, is given a copy it may keep.
   */
  readonly copiesOnPut?: true
  /**
   * Says that every `put` fails: a torrent on it downloads nothing, and serves what verifies, also where pieces are missing.
   * Default false.
   */
  readonly readOnly?: boolean
  /** What went wrong as the store was opened, and harms no data: the torrent tells it as a `warning` at its first check. */
  readonly fault?: Error & { readonly path?: string }
  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void
  get(
    index: number,
    range: { readonly offset: number; readonly length: number } | undefined,
    done: (error: Error | null, data?: Uint8Array) => void,
  ): void
  close(done: (error?: Error | null) => void): void
  /**
   * Of a store that keeps files: which of them are wanted, by their numbers in the torrent; before it is called, all are. What comes of the
   * others with pieces that they share is kept apart, and moves into place when they are wanted. What is read does not change by that. Puts
   * wait meanwhile. Rejects with a StorageError when a file cannot be moved, or `close` is called before all are, which waits for the one under
   * way alone: what is there of the others stays where it is, and moves when it is called on the store that is opened next.
   */
  selectFiles?(isWanted: (file: number) => boolean): Promise<void>
  /**
   * Of a store that keeps files: watches them from now on, so that what is verified once can be believed in a later run. Called again it
   * takes them as they stand then. A store without, such as one in memory, is hashed whole each time.
   */
  watchFiles?(): Promise<FileWatch>
  /**
   * Of a store that keeps files: cuts those that end in a piece, and are longer than the torrent says, to what it says. Called for pieces
   * that are right and in the store: what lies behind a file's end is nobody's. Resolves to those that were longer.
   */
  cutFiles?(index: number): Promise<readonly LongFile[]>
  /** The same for the files that have no byte, which end in no piece. Called when every piece is right and in the store. */
  cutEmptyFiles?(): Promise<readonly LongFile[]>
  /** Of a store that keeps files: the folder that they are in. */
  readonly folder?: string
  /**
   * Of a store that keeps files: moves them to another folder, which is made where it is missing. What is put meanwhile waits; what is read
   * comes from where it is. Resolves when all are there and it goes on from there. Rejects with a StorageError when they cannot be moved,
   * and with the reason of `signal` when that has ended it in time: then nothing was changed. Once at a time.
   */
  moveTo?(folder: string, signal: AbortSignal): Promise<void>
}

/** The files of a store under watch. One stamp for each file of the torrent but the empty and the pad files, in its order. */
export interface FileWatch {
  /** As the files were when the watch began; `unknown` of one whose flush has failed since the store was opened. */
  readonly stamps: readonly FileStamp[]
  /**
   * Brings to the disk what was put before, and what was there when the watch began, so that not even a power failure takes it, and
   * answers the stamps under which just that stands there: `unknown` of a file that a put was at, or came to, meanwhile, and of one that
   * was never put to and cannot be reached any more. Rejects with a StorageError when that fails; of that file it answers `unknown` from
   * then on.
   */
  flush(): Promise<readonly FileStamp[]>
  /**
   * Looks at a file, by its number among the stamps: what others have done to it since the watch began or it was renewed. Never rejects.
   *
   * @param isLast nothing is to be written any more: what may be a change, or the times of our own writes that came late, is one.
   */
  look(file: number, isLast?: boolean): Promise<FileChange | undefined>
  /** Takes files as they stand: nothing is known of their bytes any more. What is read from now on is read from what stands there. */
  renew(files: Iterable<number>): Promise<void>
  /** The path of a file, as errors name it, and its number by that. */
  pathOf(file: number): string
  fileAt(path: string): number | undefined
}
