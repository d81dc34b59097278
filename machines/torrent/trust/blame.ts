/** Failed attempts, of whatever piece, whose evidence is kept; the oldest goes first. Some 50 KB each for a piece of 16 MiB. */
export const casesMax = 64

/** Which peer delivered each block of a piece; none, if it was on the disk from an earlier run. */
export type Contributors = readonly (number | undefined)[]

/** Which peers delivered the blocks of a piece that failed its hash, and what they were. Both per block. */
interface Case {
  readonly index: number
  readonly contributors: Contributors
  readonly digests: readonly string[]
  /** Contributors that have not proven themselves since. */
  readonly suspects: Set<number>
  /** Convicted of this attempt already. */
  readonly convicted: readonly number[]
}

/** A peer that is proven to have delivered corrupt blocks. */
export interface Culprit {
  readonly peer: number
  /** Their numbers in the piece; absent when it delivered all of it. */
  readonly blocks?: readonly number[]
}

/** What a corrupt piece says about its peers. */
export interface Verdict {
  readonly culprits: readonly Culprit[]
  /** One of these did, or none that is connected. To prove it, fetch the piece again from one peer alone, if possible none of these. */
  readonly suspects: readonly number[]
}

/**
 * Which peer is to blame for corrupt pieces. A sole contributor is proven at once, and so is one that delivers a block with two contents.
 * Several are suspects until the piece verifies, after however many attempts: those that gave a block other than the good one are
 * proven then, and the others cleared; so an honest peer never pays for a poisoner. Peers are numbers, unique per connection.
 *
 * Suspects and culprits are on parole (libtorrent): asked for whole pieces alone, so that the next corrupt one convicts them and
 * draws in no other. It ends when the cases they are suspects of are solved, or when they deliver a good piece alone.
 */
export class Blame {
  /** Oldest first. */
  #cases: Case[] = []
  readonly #proven = new Set<number>()

  /**
   * A piece failed its hash. `contributors`: per block which peer delivered it; `digests`: per block its digest, any hash a peer cannot
   * collide. They may be empty when one peer delivered everything. Throws a RangeError when they are needed and not as many.
   */
  onCorrupt(index: number, contributors: Contributors, digests: readonly string[]): Verdict {
    const sole = soleOf(contributors)
    if (sole !== undefined) {
      this.#proven.add(sole)
      return { culprits: [{ peer: sole }], suspects: [] }
    }
    const suspects = [...new Set(contributors)].filter((peer) => peer !== undefined)
    if (suspects.length === 0) return { culprits: [], suspects }
    if (digests.length !== contributors.length) {
      throw new RangeError(`${digests.length} digests for the ${contributors.length} blocks of piece ${index}`)
    }
    const culprits = this.#contradictions(index, contributors, digests)
    const convicted = culprits.map(({ peer }) => peer)
    this.#cases.push({ index, contributors, digests, suspects: new Set(suspects), convicted })
    if (this.#cases.length > casesMax) this.#cases.shift()
    for (const peer of convicted) this.#proven.add(peer)
    return { culprits, suspects }
  }

  /** Whether the piece failed before and waits for the digests of its good blocks. */
  needsDigests(index: number): boolean {
    return this.#cases.some((one) => one.index === index)
  }

  /**
   * A piece passed its hash, delivered by `contributors`: `digests` are those of its blocks, by the hash used before; they may be
   * empty when it never failed. Each culprit is named once.
   */
  onVerified(index: number, contributors: Contributors, digests: readonly string[]): Pick<Verdict, 'culprits'> {
    const sole = soleOf(contributors)
    if (sole !== undefined) this.#clear(sole)
    const wrong = new Map<number, Set<number>>()
    const solved = this.#cases.filter((one) => one.index === index)
    this.#cases = this.#cases.filter((one) => one.index !== index)
    for (const { contributors: suspected, digests: seen } of solved) {
      if (seen.length !== digests.length) continue
      for (const [block, peer] of suspected.entries()) {
        if (peer === undefined || seen[block] === digests[block]) continue
        wrong.set(peer, (wrong.get(peer) ?? new Set()).add(block))
      }
    }
    for (const peer of wrong.keys()) this.#proven.add(peer)
    const convicted = new Set(solved.flatMap((one) => one.convicted))
    const culprits = [...wrong].filter(([peer]) => !convicted.has(peer))
    return { culprits: culprits.map(([peer, blocks]) => ({ peer, blocks: [...blocks].sort((a, b) => a - b) })) }
  }

  /** Whether a peer is to be asked for whole pieces alone. */
  isOnParole(peer: number): boolean {
    return this.#proven.has(peer) || this.#cases.some(({ suspects }) => suspects.has(peer))
  }

  /** The peer is gone for good: its number is not used again. What it delivered stays evidence. */
  forget(peer: number): void {
    this.#clear(peer)
  }

  #clear(peer: number): void {
    this.#proven.delete(peer)
    for (const { suspects } of this.#cases) suspects.delete(peer)
  }

  /** Which peers delivered a block that differs from each it delivered of it before: no more than one of them can be right. */
  #contradictions(index: number, contributors: Contributors, digests: readonly string[]): Culprit[] {
    const earlier = this.#cases.filter((one) => one.index === index)
    const blocks = new Map<number, number[]>()
    for (const [block, peer] of contributors.entries()) {
      if (peer === undefined) continue
      const before = earlier.filter((one) => one.contributors[block] === peer).map((one) => one.digests[block])
      const digest = digests[block]
      if (before.length > 0 && !before.includes(digest)) blocks.set(peer, [...(blocks.get(peer) ?? []), block])
    }
    return Array.from(blocks, ([peer, contradicted]) => ({ peer, blocks: contradicted }))
  }
}

/** The one peer that delivered every block, if there is one. */
function soleOf(contributors: Contributors): number | undefined {
  const [first] = contributors
  return contributors.every((peer) => peer === first) ? first : undefined
}
