import { decodeResume, encodeResume, type ResumeData, ResumeError } from '../storage/resume-data.ts'
import type { ResumeStore } from '../storage/resume-file.ts'

/** What a `ResumeKeeper` is asked to save: all but the info hash, which it knows. */
export type Memories = Omit<ResumeData, 'infoHash'>

/** Reads and writes the resume data of one torrent: one save at a time, and of those that wait the newest alone. */
export class ResumeKeeper {
  readonly #store: ResumeStore
  readonly #infoHash: Uint8Array
  #newest = 0
  #last: Promise<void> = Promise.resolve()

  /** @param infoHash 20 bytes. */
  constructor(store: ResumeStore, infoHash: Uint8Array) {
    this.#store = store
    this.#infoHash = infoHash
  }

  /** What was kept; undefined when there is nothing. Rejects when it cannot be read, and with a ResumeError when it is refused. */
  async load(): Promise<ResumeData | undefined> {
    const bytes = await this.#store.load()
    if (bytes === undefined) return undefined
    const data = decodeResume(bytes, this.#infoHash)
    if (typeof data === 'string') throw new ResumeError(data)
    return data
  }

  /**
   * Keeps what `make` resolves to, which is called when its turn has come; nothing when that is undefined, or when it waited and a
   * newer save has come since. Rejects when either fails.
   */
  save(make: () => Promise<Memories | undefined>): Promise<void> {
    const nth = ++this.#newest
    const saved = this.#last.then(async () => {
      const memories = nth === this.#newest ? await make() : undefined
      if (memories) await this.#store.save(encodeResume({ infoHash: this.#infoHash, ...memories }))
    })
    this.#last = saved.catch(() => {})
    return saved
  }
}
