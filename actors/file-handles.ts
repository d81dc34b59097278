import type { Readable } from 'node:stream'
import type { Layout } from '../machines/layout.ts'
import { bytesHere } from '../machines/torrent/content/bytes-here.ts'
import type { FilePriority } from '../machines/torrent/vocabulary/file-priority.ts'
import type { Metainfo, TorrentFile } from '../storage/metainfo.ts'
import { type FileChoice, type FileOfChoice, fileOfChoice } from './file-choice.ts'
import { type FileRange, FileStream, requireRange, type StreamHost } from './file-stream.ts'

/** A file of a torrent, as it stands when it is asked. */
export interface TorrentFileHandle extends FileOfChoice {
  /** Zeros that align the next file to a piece (BEP 47): it reaches no disk, and goes with the file before it. */
  readonly pad?: true
  /** How much of it is there, in verified pieces: 0 to 1, and 1 of an empty file. */
  readonly progress: number
  readonly priority: FilePriority
  /**
   * Its bytes in order, as they come: a Node stream of them, which is an async iterable too. What is read next is fetched before all else,
   * some seconds ahead, for several streams alike; of a skipped file what a stream has yet to read is fetched as long as it lives. Only
   * verified bytes are read, as the reader takes them: a stream holds 512 KiB at most. It waits for what is not there, also while the
   * torrent is paused or not started. It is over with an Error when the torrent is stopped or has failed, and with a StorageError where a
   * piece is lost, or is missing on a read-only store. One that is not read to its end is to be destroyed, as leaving a `for await` does.
   * Throws a RangeError for bytes that it has not, and an Error for a pad file, and once the torrent was stopped.
   */
  stream(range?: FileRange): Readable
  /** All of it, when it is there, in memory. Throws a RangeError for a file of more than 64 MiB: `stream` is for those; else as `stream`. */
  blob(): Promise<Blob>
}

/** What has files of which some are wanted. */
export interface WithFiles {
  /** Its files, in their order; none as long as the metadata of a magnet link has not come. Each tells how it stands when it is asked. */
  readonly files: readonly TorrentFileHandle[]
  /**
   * Other files are wanted, or before others, from now on, whether it runs or not. What comes of the rest is given up, but for pieces that files
   * which are wanted share; what is there of it stays, and is served. Throws an Error before the metadata has come, and a RangeError for a
   * file that there is not and for what is no priority.
   */
  select(choice: FileChoice): void
  /** Whether pieces come in their order, those of high priority first, or the rarest first again, as others need those. */
  setSequential(sequential: boolean): void
}

/** Bytes of the largest file that `blob` takes to memory. */
export const blobBytesMax = 64 * 2 ** 20

/** The files of a torrent whose metadata is known, in its order: made once, as a torrent may have 100,000. */
export class FileHandles {
  readonly #host: StreamHost
  #made: { readonly of: Metainfo; readonly files: readonly TorrentFileHandle[] } | undefined

  constructor(host: StreamHost) {
    this.#host = host
  }

  /** None before the metadata has come. */
  of(metainfo: Metainfo | undefined): readonly TorrentFileHandle[] {
    if (metainfo === undefined) return []
    if (this.#made?.of !== metainfo) {
      const files = metainfo.files.map((file, index) => new Handle(this.#host, file, index))
      this.#made = { of: metainfo, files }
    }
    return this.#made.files
  }
}

class Handle implements TorrentFileHandle {
  readonly index: number
  readonly path: string
  readonly length: number
  readonly pad?: true
  readonly #host: StreamHost

  constructor(host: StreamHost, file: TorrentFile, index: number) {
    const { length, path } = fileOfChoice(file, index)
    this.index = index
    this.path = path
    this.length = length
    if (file.pad) this.pad = true
    this.#host = host
  }

  get progress(): number {
    const { have, isChecked, layout } = this.#host.core
    if (this.length === 0) return 1
    return isChecked && isOf(layout, this.index) ? bytesHere(layout, have, this.index) / this.length : 0
  }

  get priority(): FilePriority {
    return this.#host.core.selection.priorityOf(this.index)
  }

  stream(range: FileRange = {}): Readable {
    const [from, to] = requireRange(this.length, range)
    const span = this.#host.core.layout.files[this.index]
    if (this.pad || span === undefined) throw new Error(`file ${this.index} has no bytes to read: it is a pad file`)
    return new FileStream(this.#host, span.offset + from, span.offset + to)
  }

  blob(): Promise<Blob> {
    if (this.length > blobBytesMax)
      throw new RangeError(
        `a file of ${this.length} bytes is too long for a blob, of ${blobBytesMax} at most: stream it`,
      )
    return blobOf(this.stream())
  }
}

async function blobOf(stream: Readable): Promise<Blob> {
  const parts: Buffer<ArrayBuffer>[] = []
  for await (const part of stream) parts.push(part)
  return new Blob(parts)
}

/** The metadata has come to the torrent too. */
const isOf = ({ files }: Layout, index: number): boolean => index < files.length
