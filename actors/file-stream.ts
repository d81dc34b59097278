import { Readable } from 'node:stream'
import type { Actor } from 'xstate'
import { isRechecking } from '../machines/torrent/content/recheck-count.ts'
import type { Core } from '../machines/torrent/core/core.ts'
import type { torrentMachine } from '../machines/torrent/torrent.ts'
import type { TorrentEmitted } from '../machines/torrent/vocabulary/emitted.ts'
import type { StorageNews, TorrentWish } from '../machines/torrent/vocabulary/events.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import { StorageError } from '../storage/storage-error.ts'
import { lookAt, readPart } from './block-reading.ts'

/** Bytes of what is read from the disk at once: what its cache reads. A stream holds twice that at most, whatever its reader does. */
export const chunkBytes = 256 * 1024

/** Which bytes of a file are read. */
export interface FileRange {
  /** The first, from 0. Default 0. */
  readonly start?: number | undefined
  /** The last, itself included, as with Node's `createReadStream` and the ranges of HTTP. Default: the last of the file. */
  readonly end?: number | undefined
}

/** The torrent, as a stream of one of its files knows it. */
export interface StreamHost {
  readonly core: Readonly<Core>
  /** Where its pieces are. */
  storage(): PieceStorage
  /** Asks the torrent for something; throws where it was stopped. */
  wish(event: Extract<TorrentWish, { type: 'torrent.read' | 'torrent.unread' }>): void
  /** The core is told what was found of the files. */
  report(news: StorageNews): void
  /** Calls `wake` when there may be more to read, and `end` once, when there will be nothing more. */
  watch(wake: () => void, end: (error: Error) => void): () => void
}

/** What may have brought a piece, or have taken it away. */
const wakingEvents = ['piece', 'verified', 'rechecked', 'warning'] as const satisfies readonly TorrentEmitted['type'][]

/** The end of whatever reads the torrent of an actor, and what there may be more to read with; `storage` and `wish` as `StreamHost` has them. */
export const streamHost = (
  actor: Actor<typeof torrentMachine>,
  { storage, wish }: Pick<StreamHost, 'storage' | 'wish'>,
): StreamHost => {
  const { core } = actor.getSnapshot().context
  return {
    core: core.getSnapshot().context,
    storage,
    wish,
    report: (news) => core.send(news),
    watch(wake, end) {
      const stopped = () => end(new Error('the torrent was stopped'))
      const watches = [
        ...wakingEvents.map((type) => actor.on(type, wake)),
        actor.on('failed', ({ error }) => end(error)),
        actor.on('state', ({ state }) => {
          if (state === 'stopping') stopped()
        }),
        actor.subscribe({ complete: stopped, error: stopped }),
      ]
      return () => {
        for (const watch of watches) watch.unsubscribe()
      }
    },
  }
}

let readers = 0

/** Bytes of a torrent, in order, as they are there: each read from the disk when its piece is verified, and the reader takes it. */
export class FileStream extends Readable {
  readonly #host: StreamHost
  readonly #reader = ++readers
  readonly #end: number
  readonly #unwatch: () => void
  #at: number
  /** The piece that the torrent was told it waits for. */
  #told: number
  #wake = () => {}
  #isReading = false

  /** Bytes of the torrent from `at` on, up to the one before `end`. Throws an Error where the torrent was stopped. */
  constructor(host: StreamHost, at: number, end: number) {
    super({ highWaterMark: chunkBytes })
    this.#host = host
    this.#at = at
    this.#end = end
    this.#told = this.#piece
    this.#tell()
    this.#unwatch = host.watch(
      () => this.#wake(),
      (error) => this.destroy(error),
    )
  }

  override _read(): void {
    if (this.#isReading) return
    this.#isReading = true
    this.#next().then(
      (chunk) => {
        this.#isReading = false
        this.push(chunk)
      },
      (error: Error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#unwatch()
    this.#wake()
    try {
      this.#host.wish({ type: 'torrent.unread', reader: this.#reader })
    } catch {
      // It was stopped: nobody reads there.
    }
    callback(error)
  }

  get #piece(): number {
    return Math.floor(this.#at / this.#host.core.layout.pieceLength)
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#at >= this.#end) return null
    const { core } = this.#host
    const { pieceLength } = core.layout
    const index = this.#piece
    if (index !== this.#told) {
      this.#told = index
      this.#tell()
    }
    await this.#until(index)
    if (this.destroyed) return null
    const begin = this.#at - index * pieceLength
    const length = Math.min(
      chunkBytes - (begin % chunkBytes),
      core.layout.pieceBytes(index) - begin,
      this.#end - this.#at,
    )
    const request = { index, begin, length }
    const storage = this.#host.storage()
    const report = (news: StorageNews) => this.#host.report(news)
    await lookAt(storage, request, report)
    const bytes = await readPart(storage, request, report)
    // A look of others may have found it changed meanwhile.
    if (!this.#isThere(index)) return this.#next()
    this.#at += length
    // They are the cache's, and the reader may do with its own what it likes.
    return Buffer.from(bytes)
  }

  /** Waits until a piece is there, or the stream is over. Throws where the piece will not come. */
  async #until(index: number): Promise<void> {
    while (!this.destroyed && !this.#isThere(index)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #isThere(index: number): boolean {
    const { core } = this.#host
    if (!core.isChecked) return false
    if (core.have.has(index)) return true
    if (isRechecking(core)) return false
    if (core.losses.held.has(index))
      throw new StorageError(`cannot read piece ${index}: its file was taken away or changed, or cannot be read`)
    if (core.readOnly) throw new StorageError(`cannot read piece ${index}: it is missing, and the store is read-only`)
    return false
  }

  #tell(): void {
    const { pieceLength } = this.#host.core.layout
    if (this.#at >= this.#end) return
    this.#host.wish({
      type: 'torrent.read',
      reader: this.#reader,
      first: this.#piece,
      end: Math.ceil(this.#end / pieceLength),
    })
  }
}

/** Which bytes of a file of so many are meant, from the first to the one behind the last. Throws a RangeError for what it has not. */
export function requireRange(length: number, { start = 0, end }: FileRange): readonly [from: number, to: number] {
  if (!Number.isSafeInteger(start) || start < 0 || start > length)
    throw new RangeError(`start is a byte of the file, from 0 to ${length}, not ${start}`)
  if (end === undefined) return [start, length]
  if (!Number.isSafeInteger(end) || end < start || end >= length)
    throw new RangeError(`end is the last byte to be read, from start to ${length - 1}, not ${end}`)
  return [start, end + 1]
}
