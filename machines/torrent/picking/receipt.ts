/** What became of a block that came. */
export interface Receipt {
  /** False: not ours to take (received before, piece verified, not a block of ours, another peer's exclusive piece). Drop it. */
  readonly accepted: boolean
  /** The piece has all its blocks now: hash it, then call `verified` or `failed`. */
  readonly complete: boolean
  /** Peers that were asked for the same block and no longer are: cancel there. */
  readonly others: readonly number[]
}

/** It was not taken. */
export const dropped: Receipt = { accepted: false, complete: false, others: [] }

/** It was taken. */
export const taken: Receipt = { accepted: true, complete: false, others: [] }

/** It was taken, and was the last of its piece. */
export const takenLast: Receipt = { accepted: true, complete: true, others: [] }
