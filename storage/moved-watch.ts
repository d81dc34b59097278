import type { Gate } from './gate.ts'
import type { FileWatch } from './store.ts'

/**
 * The watch over files that move: it looks where they are. A file that was not as it was known before a move is not known after it either,
 * until it is renewed.
 */
export class MovedWatch implements FileWatch {
  readonly #gate: Gate
  #watch: FileWatch
  readonly #doubtful = new Set<number>()

  /** @param gate is shut while files are in no place. */
  constructor(watch: FileWatch, gate: Gate) {
    this.#watch = watch
    this.#gate = gate
  }

  get stamps(): FileWatch['stamps'] {
    return this.#known(this.#watch.stamps)
  }

  flush(): ReturnType<FileWatch['flush']> {
    return this.#gate.through(async () => this.#known(await this.#watch.flush()))
  }

  look(file: number, isLast?: boolean): ReturnType<FileWatch['look']> {
    return this.#gate.through(async () => (this.#doubtful.has(file) ? 'changed' : this.#watch.look(file, isLast)))
  }

  renew(files: Iterable<number>): Promise<void> {
    return this.#gate.through(async () => {
      const renewed = [...files]
      await this.#watch.renew(renewed)
      for (const file of renewed) this.#doubtful.delete(file)
    })
  }

  pathOf(file: number): string {
    return this.#watch.pathOf(file)
  }

  fileAt(path: string): number | undefined {
    return this.#watch.fileAt(path)
  }

  /** Before a move, while nothing is written: brings all to the disk, and notes which files are not as they were known. */
  async settle(): Promise<void> {
    const stamps = await this.#watch.flush()
    for (const [file, stamp] of stamps.entries()) {
      if (stamp === 'unknown' || (await this.#watch.look(file, true)) !== undefined) this.#doubtful.add(file)
    }
  }

  /** After a move, or when that has failed: how the files stand where they are now. */
  goOn(watch: FileWatch): void {
    this.#watch = watch
  }

  #known(stamps: FileWatch['stamps']): FileWatch['stamps'] {
    return this.#doubtful.size === 0
      ? stamps
      : stamps.map((stamp, file) => (this.#doubtful.has(file) ? 'unknown' : stamp))
  }
}
