import type { PieceSet } from '../../piece-set.ts'
import type { PartialPiece } from './partial-piece.ts'
import { RequestQueue } from './request-queue.ts'

/** Pieces that stand one behind the other, from `next` to before `end`: a peer is asked for them in this order. */
export interface Run {
  next: number
  readonly end: number
}

/** Bytes a second that a peer gives at present. */
export type RateOf = (peer: number) => number

/** A connected peer as the picker knows it. */
export interface PickerPeer {
  readonly id: number
  pieces: PieceSet
  /** Counted as one seed, not piece by piece. A peer that became a seed by `have`s is not. */
  countsAsSeed: boolean
  /** The piece it was last asked for. */
  current: PartialPiece | undefined
  /** What it is at, of a peer that is asked for pieces `inRuns`. */
  run: Run | undefined
  readonly requests: RequestQueue
  /** It could be asked for anything when it was last picked for: it does not choke us. */
  isOpen: boolean
  /** `late`: it owes, or owed, a block for longer than it should, and none has come from it since. */
  standing: 'in_time' | 'late'
  /** Blocks not to ask it for, as its last pick said. */
  refused: PickFilter['refused']
}

/** A peer that was just connected. `none`: of the pieces. */
export const newcomer = (id: number, none: PieceSet): PickerPeer => ({
  id,
  pieces: none,
  countsAsSeed: false,
  current: undefined,
  run: undefined,
  requests: new RequestQueue(),
  isOpen: false,
  standing: 'in_time',
  refused: undefined,
})

/** What narrows a pick. */
export interface PickFilter {
  /** The only pieces to pick from: those the peer allows while it chokes us (BEP 6, Allowed Fast). */
  readonly allowed?: ReadonlySet<number>
  /** Pieces to pick from before others, in this order: those the peer suggests (BEP 6, Suggest Piece). */
  readonly preferred?: readonly number[]
  /**
   * Blocks not to ask this peer for: it rejected them a moment ago (BEP 6, Reject Request). Kept until its next pick, and asked
   * for others too, so it tells what holds then.
   */
  readonly refused?: (index: number, begin: number) => boolean
  /** Bytes a second that peers give at present. Default: none gives any. */
  readonly rateOf?: RateOf
  /** The peer is on parole: pieces that come from it alone, as long as there are some or it owes blocks. Default false. */
  readonly alone?: boolean
  /** New pieces that stand one behind the other come before pieces in progress and rare ones: requests that follow are one there. Default false. */
  readonly inRuns?: boolean
}

/** Of a picker that is not told which peer gives how much. */
export const nobodyGives: RateOf = () => 0
