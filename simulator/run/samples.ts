import type { Member } from './member.ts'
import type { Sample } from './result.ts'
import { sumOf } from './sum-of.ts'

/** Samples that are kept; beyond it every second one goes, and they are taken half as often. */
const samplesMax = 600

/** How some of the members of a swarm stand at a time, so that it can be put together with how the others do. */
export interface PartialSample {
  /** In seconds of virtual time. */
  readonly at: number
  /** Members that are there; and downloaders, those that are complete, their pieces in all, and the payload bytes they have received. */
  readonly present: number
  readonly downloaders: number
  readonly completed: number
  readonly pieces: number
  readonly downloaded: number
  /** By piece, of how many copies it is among the members that are there and honest. */
  readonly copies: Uint32Array
}

/** Takes a sample of members at a time in seconds. `completed`: how many of them have everything, of `pieceCount` pieces. */
export function sampleOf(members: readonly Member[], at: number, completed: number, pieceCount: number): PartialSample {
  const present = members.filter(({ torrent }) => torrent)
  const downloaders = members.filter(({ isDownloader }) => isDownloader)
  return {
    at,
    present: present.length,
    downloaders: downloaders.length,
    completed,
    pieces: sumOf(downloaders, ({ disk }) => disk.has.count),
    downloaded: sumOf(downloaders, ({ downloaded }) => downloaded),
    copies: copiesAmong(present, pieceCount),
  }
}

/** The samples of a swarm, so often that a long run has no more of them than a short one. */
export class Samples {
  readonly #pieceCount: number
  readonly #taken: Sample[] = []
  #everySeconds = 1
  #downloaded = 0

  constructor(pieceCount: number) {
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

  /** Keeps one, whose parts were taken at the same time. */
  keep(parts: readonly PartialSample[]): void {
    const at = parts[0]?.at ?? 0
    const copies = Array.from({ length: this.#pieceCount }, (_, index) =>
      sumOf(parts, (part) => part.copies[index] ?? 0),
    )
    const downloaders = sumOf(parts, (part) => part.downloaders)
    const downloaded = sumOf(parts, (part) => part.downloaded)
    const since = at - (this.#taken.at(-1)?.at ?? 0)
    this.#taken.push({
      at,
      present: sumOf(parts, ({ present }) => present),
      completed: sumOf(parts, ({ completed }) => completed),
      part: downloaders === 0 ? 1 : sumOf(parts, ({ pieces }) => pieces) / (downloaders * this.#pieceCount),
      rate: since > 0 ? (downloaded - this.#downloaded) / since : 0,
      rarestCopies: copies.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY),
      meanCopies: sumOf(copies, (count) => count) / copies.length,
    })
    this.#downloaded = downloaded
    if (this.#taken.length > samplesMax) this.#thin()
  }

  #thin(): void {
    this.#everySeconds *= 2
    const kept = this.#taken.flatMap((sample, nth) => {
      if (nth % 2 === 1) return []
      const [before, gone] = [this.#taken[nth - 2], this.#taken[nth - 1]]
      return [before && gone ? { ...sample, rate: meanRate(before, gone, sample) } : sample]
    })
    this.#taken.splice(0, this.#taken.length, ...kept)
  }
}

/** Of the last of three samples, since the first of them: what came before the one in between belongs to it. */
function meanRate(first: Sample, second: Sample, third: Sample): number {
  const bytes = second.rate * (second.at - first.at) + third.rate * (third.at - second.at)
  return bytes / (third.at - first.at)
}

function copiesAmong(present: readonly Member[], pieceCount: number): Uint32Array {
  const copies = new Uint32Array(pieceCount)
  for (const { disk, isHonest } of present) {
    if (!isHonest) continue
    for (let index = 0; index < copies.length; index++)
      if (disk.has.has(index)) copies[index] = (copies[index] ?? 0) + 1
  }
  return copies
}
