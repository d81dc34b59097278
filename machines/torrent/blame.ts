/** Failed attempts, of whatever piece, whose evidence is kept; the oldest goes first. Some 50 KB each for a piece of 16 MiB. */
export const casesMax = 64

/** Who delivered the blocks of a piece that failed its hash, and what they were. Both per block. */
interface Case {
  readonly index: number
  readonly contributors: readonly number[]
  readonly digests: readonly string[]
}

/** What a corrupt piece says about its peers. */
export interface Verdict {
  /** Proven: they delivered corrupt blocks. */
  readonly culprits: readonly number[]
  /** One of these did. To prove it, fetch the piece again from one peer alone, if possible none of these. */
  readonly suspects: readonly number[]
}

/**
 * Who is to blame for corrupt pieces. A sole contributor is proven at once. Several are suspects until the piece verifies, after
 * however many attempts: those whose block differs from the good one are proven then, and the others cleared; so an honest peer
 * never pays for a poisoner. Peers are numbers, unique per connection.
 */
export class Blame {
  /** Oldest first. */
  #cases: Case[] = []

  /**
   * A piece failed its hash. `contributors`: per block who delivered it; `digests`: per block its digest, any hash a peer can not
   * collide. They may be empty when one peer delivered everything. Throws a RangeError when they are needed and not as many.
   */
  onCorrupt(index: number, contributors: readonly number[], digests: readonly string[]): Verdict {
    const peers = [...new Set(contributors)]
    if (peers.length <= 1) return { culprits: peers, suspects: [] }
    if (digests.length !== contributors.length) {
      throw new RangeError(`${digests.length} digests for the ${contributors.length} blocks of piece ${index}`)
    }
    this.#cases.push({ index, contributors, digests })
    if (this.#cases.length > casesMax) this.#cases.shift()
    return { culprits: [], suspects: peers }
  }

  /** Whether the piece failed before and waits for the digests of its good blocks. */
  needsDigests(index: number): boolean {
    return this.#cases.some((one) => one.index === index)
  }

  /** A piece passed its hash: `digests` are those of its blocks, by the hash used before. Each culprit is named once. */
  onVerified(index: number, digests: readonly string[]): Pick<Verdict, 'culprits'> {
    const culprits = new Set<number>()
    for (const { contributors, digests: seen } of this.#cases.filter((one) => one.index === index)) {
      for (const [block, peer] of contributors.entries()) if (seen[block] !== digests[block]) culprits.add(peer)
    }
    this.#cases = this.#cases.filter((one) => one.index !== index)
    return { culprits: [...culprits] }
  }
}
