import type { Metainfo } from '../storage/metainfo.ts'
import { PieceStorage } from '../storage/piece-storage.ts'
import type { ChunkStore } from '../storage/store.ts'
import type { Clock } from '../transport/clock.ts'

/** Makes the store of a torrent whose metadata has just come. What it throws fails the torrent. */
export type OpenStore = (metainfo: Metainfo) => ChunkStore | Promise<ChunkStore>

/** The storage of a torrent, there from the start or, of a magnet link, as soon as the metadata has come. */
export class LateStorage {
  #storage: PieceStorage | undefined
  #opening: Promise<PieceStorage> | undefined
  #isClosed = false

  constructor(storage?: PieceStorage) {
    this.#storage = storage
  }

  /** Known as soon as the storage is there. */
  get metainfo(): Metainfo | undefined {
    return this.#storage?.metainfo
  }

  /** The storage. Throws an error before it is there: nothing is asked of it then. */
  get(): PieceStorage {
    if (!this.#storage) throw new Error('there is no storage before the metadata has come')
    return this.#storage
  }

  /**
   * Opens the storage. Rejects when the store does not open, or its chunks are not the torrent's pieces; then it may be called
   * again. Once at a time. `clock`: see `PieceStorage`.
   */
  async open(metainfo: Metainfo, openStore: OpenStore, clock?: Clock): Promise<PieceStorage> {
    if (this.#isClosed) throw new Error('the storage is closed')
    this.#opening = openStorage(metainfo, openStore, clock)
    this.#storage = await this.#opening
    return this.#storage
  }

  /** Closes the storage, after it has opened if that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    const storage = this.#storage ?? (await this.#opening?.catch(() => undefined))
    await storage?.close()
  }
}

async function openStorage(metainfo: Metainfo, openStore: OpenStore, clock?: Clock): Promise<PieceStorage> {
  const store = await openStore(metainfo)
  try {
    return new PieceStorage(store, metainfo, clock)
  } catch (error) {
    // What cannot be used is not left open; that it does not fit is the news, not how closing it went.
    await new Promise<void>((resolve) => store.close(() => resolve()))
    throw error
  }
}
