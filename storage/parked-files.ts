import { rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { processDescriptors } from '../transport/descriptors.ts'
import { eachAtOnce } from './at-once.ts'
import { piecesOf } from './file-pieces.ts'
import type { FileSystem } from './file-system.ts'
import type { FileHandles } from './handle-pool.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
import { inFolderWithin } from './open-file.ts'
import { PartFile } from './part-file.ts'
import { segmentsOf } from './segments.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'
import { WatchedFile } from './watched-file.ts'
import { writeAll } from './whole-transfers.ts'

/** Files looked at together: enough to keep Node's threads busy. */
const looksAtOnce = 64

/** What parked files are kept by. */
export interface Parking {
  /** The real path of the folder. */
  readonly root: string
  readonly metainfo: Pick<Metainfo, 'infoHash' | 'length' | 'pieceLength'>
  /** Those that have a byte, in the order of the torrent. */
  readonly files: readonly TorrentFile[]
  readonly pool: FileHandles
  /** Nothing may be written. */
  readonly readOnly: boolean
}

/**
 * The files of a torrent that are skipped and not there: what comes of them all the same, with pieces that they share with others, is kept in
 * one part file, `.<info hash>.parts` in the torrent's folder, as libtorrent names it. A file is parked as long as it does not stand in its
 * place. When it is wanted, it is made beside its place, as `.<info hash>.moving`, with all that is there of it, brought to the disk, and
 * moved into its place: a crash at any moment leaves its parts where they were, or the file with all of them.
 */
export class ParkedFiles {
  readonly #root: string
  readonly #files: readonly TorrentFile[]
  readonly #metainfo: Parking['metainfo']
  readonly #pool: FileHandles
  readonly #readOnly: boolean
  readonly #movingName: string
  readonly #parts: PartFile
  readonly #parked = new Set<TorrentFile>()
  /** Those of which a piece that is neither their first nor their last has a slot: it came when they were skipped only just. */
  readonly #deep = new Set<TorrentFile>()
  #system: FileSystem | undefined
  /** The part file, while it is there, and files are watched. */
  #watched: WatchedFile | undefined
  /** Its header was written anew since others changed it. */
  #isRestored = false

  private constructor({ files, metainfo, pool, readOnly, root }: Parking) {
    const hash = Buffer.from(metainfo.infoHash).toString('hex')
    this.#root = root
    this.#files = files
    this.#metainfo = metainfo
    this.#pool = pool
    this.#readOnly = readOnly
    this.#movingName = `.${hash}.moving`
    const count = Math.ceil(metainfo.length / metainfo.pieceLength)
    this.#parts = new PartFile(join(root, `.${hash}.parts`), pool, { count, length: metainfo.pieceLength })
  }

  /** Those that an earlier run has left. @throws StorageError when the part file cannot be read. */
  static async open(parking: Parking): Promise<ParkedFiles> {
    const parked = new ParkedFiles(parking)
    await parked.#parts.load()
    const files = new Set<TorrentFile>()
    for (const index of parked.#parts.pieces) {
      for (const file of parked.#filesOf(index)) {
        files.add(file)
        parked.#noteDepth(file, index)
      }
    }
    await parked.#parkMissing(files)
    if (parking.readOnly) return parked
    await eachAtOnce(parked.#parked, looksAtOnce, (file) => rm(parked.#movingPath(file), { force: true }))
    // One without parts that cannot be taken away does no harm.
    if (parked.#parts.isEmpty) await parked.#parts.free([]).catch(() => {})
    return parked
  }

  has(file: TorrentFile): boolean {
    return this.#parked.has(file)
  }

  /** Whether there is a part file that is watched, or was. */
  get isWatched(): boolean {
    return this.#watched !== undefined
  }

  /** The part file, if what is there of a file is in it, and it is watched. */
  watchOf(file: TorrentFile): WatchedFile | undefined {
    return this.#watched && this.#parked.has(file) && this.#hasParts(file) ? this.#watched : undefined
  }

  /** Watches the part file from now on, as it stands now. Nothing may be written meanwhile. */
  async watch(system: FileSystem): Promise<void> {
    if (this.isWatched) await this.reload()
    this.#system = system
    if (this.#parts.isEmpty) return
    await this.#watchParts()
  }

  /** Takes the part file as it stands, as others may have changed it, or taken it away. Nothing may be written meanwhile. */
  async reload(): Promise<void> {
    await this.#pool.forget(this.#parts.path)
    await this.#parts.load()
    this.#deep.clear()
    for (const index of this.#parts.pieces) {
      for (const file of this.#filesOf(index)) if (this.#parked.has(file)) this.#noteDepth(file, index)
    }
    this.#isRestored = false
    if (this.#parts.isEmpty) this.#watched = undefined
  }

  /** Reads of a parked file, from that byte of the piece on. Rejects as `ChunkStore.get` says. */
  async read(file: TorrentFile, index: number, begin: number, into: Uint8Array): Promise<void> {
    if (!this.#hasParts(file)) throw Object.assign(new Error('nothing of it is there'), { code: 'ENOENT' })
    if (this.#watched?.change !== undefined) {
      const { path } = this.#parts
      throw new StorageError(`cannot read ${path}: another program has changed it`, { path })
    }
    await this.#parts.read(index, begin, into)
  }

  /** Writes a part of a parked file, from that byte of the piece on. */
  async write(file: TorrentFile, index: number, begin: number, part: Uint8Array): Promise<void> {
    this.#noteDepth(file, index)
    if (this.#system && !this.#watched) await this.#watchParts()
    const write = async () => {
      // What is cut off is made anew with the next write, and would be no header.
      if (this.#watched?.change !== undefined && !this.#isRestored) {
        this.#isRestored = true
        await this.#parts.restore()
      }
      await this.#parts.write(index, begin, part)
    }
    await (this.#watched ? this.#watched.write(write) : write()).catch(async (error: unknown) => {
      await this.#pool.forget(this.#parts.path)
      throw error
    })
  }

  /**
   * From now on these are skipped: they are parked unless they stand in their place. What is there of all others is moved into its place.
   * Nothing may be written meanwhile. `watchOf`: that of a file in its place, if it is watched.
   *
   * @param requireGoingOn what it throws before a file is moved ends it: that file and those behind it stay parked.
   * @throws StorageError when one cannot be moved: it and those behind it stay parked.
   */
  async select(
    isSkipped: (file: TorrentFile) => boolean,
    watchOf: (file: TorrentFile) => WatchedFile | undefined,
    requireGoingOn: () => void,
  ): Promise<void> {
    requireGoingOn()
    if (this.#readOnly) return
    await this.#parkMissing(this.#files.filter((file) => isSkipped(file) && !this.#parked.has(file)))
    for (const file of [...this.#parked].filter((one) => !isSkipped(one))) {
      requireGoingOn()
      if (this.#hasParts(file)) await this.#move(file, watchOf(file))
      this.#parked.delete(file)
      this.#deep.delete(file)
    }
    const idle = [...this.#parts.pieces].filter((index) => !this.#filesOf(index).some((file) => this.#parked.has(file)))
    if (idle.length === 0 && !this.#parts.isEmpty) return
    if (idle.length === [...this.#parts.pieces].length) this.#watched = undefined
    const free = () => this.#parts.free(idle)
    await (this.#watched ? this.#watched.write(free) : free())
  }

  async #watchParts(): Promise<void> {
    if (!this.#system) return
    this.#watched ??= new WatchedFile(this.#parts.path, this.#system)
    await this.#watched.renew()
  }

  async #parkMissing(files: Iterable<TorrentFile>): Promise<void> {
    await eachAtOnce(files, looksAtOnce, async (file) => {
      if (!file.pad && !(await isThere(this.#pathOf(file)))) this.#parked.add(file)
    })
  }

  async #move(file: TorrentFile, watched: WatchedFile | undefined): Promise<void> {
    const path = this.#pathOf(file)
    const moving = this.#movingPath(file)
    const move = async () => {
      // Where others have put one, what we have of it is right all the same.
      const isTaken = await isThere(path)
      await this.#copyParts(file, isTaken ? path : moving)
      if (isTaken) return
      const take = (place: string) => rename(join(dirname(place), this.#movingName), place)
      await inFolderWithin(this.#root, path, take)
      await processDescriptors().using(() => syncFolder(dirname(path)))
    }
    try {
      await rm(moving, { force: true })
      await (watched ? watched.write(move) : move())
    } catch (error) {
      await this.#pool.forget(moving)
      await rm(moving, { force: true }).catch(() => {})
      throw toStorageError(error, 'cannot write', path)
    }
  }

  async #copyParts(file: TorrentFile, to: string): Promise<void> {
    const { length, pieceLength } = this.#metainfo
    for (const index of this.#parts.pieces) {
      const start = index * pieceLength
      const segments = segmentsOf(this.#files, start, Math.min(pieceLength, length - start))
      for (const segment of segments) {
        if (segment.file !== file) continue
        const part = Buffer.allocUnsafeSlow(segment.to - segment.from)
        try {
          await this.#parts.read(index, segment.from, part)
        } catch (error) {
          // The process was killed when a piece had its slot, and nothing stood there yet.
          if (errorCode(error) === 'EPARTIALREAD') continue
          throw error
        }
        await this.#pool.with(to, 'write', (handle) => writeAll(handle, part, segment.position))
      }
    }
    await this.#pool.with(to, 'write', (handle) => handle.sync())
    await this.#pool.forget(to)
  }

  /** Whether a slot has, or may have, something of a file. */
  #hasParts(file: TorrentFile): boolean {
    const [first, end] = piecesOf(file, this.#metainfo.pieceLength)
    return this.#parts.has(first) || this.#parts.has(end - 1) || this.#deep.has(file)
  }

  #noteDepth(file: TorrentFile, index: number): void {
    const [first, end] = piecesOf(file, this.#metainfo.pieceLength)
    if (index > first && index < end - 1) this.#deep.add(file)
  }

  /** The files with a byte of a piece. */
  #filesOf(index: number): TorrentFile[] {
    const { length, pieceLength } = this.#metainfo
    const start = index * pieceLength
    return Array.from(segmentsOf(this.#files, start, Math.min(pieceLength, length - start)), ({ file }) => file)
  }

  #pathOf(file: TorrentFile): string {
    return join(this.#root, ...file.path)
  }

  #movingPath(file: TorrentFile): string {
    return join(dirname(this.#pathOf(file)), this.#movingName)
  }
}

/** What cannot be looked at may be there. */
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => !['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? ''),
  )
