import type { Member } from './member.ts'
import type { Sample } from './result.ts'

/** Samples that are kept; beyond it every second one goes, and they are taken half as often. */
const samplesMax = 600

/** Takes samples of a swarm, so often that a long run has no more of them than a short one. */
export class Samples {
  readonly #members: readonly Member[]
  readonly #pieceCount: number
  readonly #taken: Sample[] = []
  #everySeconds = 1
  #downloaded = 0

  constructor(members: readonly Member[], pieceCount: number) {
    this.#members = members
    this.#pieceCount = pieceCount
  }

  /** All that are kept. */
  get taken(): readonly Sample[] {
    return this.#taken
  }

  /** How long until the next one is to be taken, in seconds. */
  get everySeconds(): number {
    return this.#everySeconds
  }

  /** Takes one at a time in seconds. `completed`: how many have everything, of so many downloaders. */
  take(at: number, completed: number): Sample {
    const present = this.#members.filter(({ torrent }) => torrent)
    const downloaders = this.#members.filter(({ isDownloader }) => isDownloader)
    const had = downloaders.reduce((sum, { disk }) => sum + disk.has.count, 0)
    const downloaded = downloaders.reduce((sum, member) => sum + member.downloaded, 0)
    const copies = this.#copies(present.filter(({ isHonest }) => isHonest))
    const since = at - (this.#taken.at(-1)?.at ?? 0)
    const sample = {
      at,
      present: present.length,
      completed,
      part: downloaders.length === 0 ? 1 : had / (downloaders.length * this.#pieceCount),
      rate: since > 0 ? (downloaded - this.#downloaded) / since : 0,
      rarestCopies: copies.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY),
      meanCopies: copies.reduce((sum, count) => sum + count, 0) / copies.length,
    }
    this.#downloaded = downloaded
    this.#taken.push(sample)
    if (this.#taken.length > samplesMax) this.#thin()
    return sample
  }

  #copies(members: readonly Member[]): Uint32Array {
    const copies = new Uint32Array(this.#pieceCount)
    for (const { disk } of members) {
      for (let index = 0; index < copies.length; index++)
        if (disk.has.has(index)) copies[index] = (copies[index] ?? 0) + 1
    }
    return copies
  }

  #thin(): void {
    this.#everySeconds *= 2
    const kept = this.#taken.filter((_, nth) => nth % 2 === 0)
    this.#taken.splice(0, this.#taken.length, ...kept)
  }
}
