import type { PieceSet } from '../../piece-set.ts'

/** What a new look at pieces has shown. */
export interface Found {
  /** All that were to be looked at. */
  readonly pieces: PieceSet
  /** Of these, as far as is known now. */
  readonly right: readonly number[]
  readonly wrong: readonly number[]
  /** Nothing more comes of this look. */
  readonly isOver: boolean
  /** The owner asked for it, so that what is wrong may be fetched and written anew. */
  readonly isWished: boolean
}
