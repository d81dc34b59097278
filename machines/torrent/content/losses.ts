import { PieceSet } from '../../piece-set.ts'

/** What became of pieces that a torrent cannot have as it would; immutable. */
export interface Losses {
  /** Once announced, and not ours any more: a peer that asks for one may not know yet. */
  readonly withdrawn: PieceSet
  /**
   * Pieces of files that others took away or changed, or that cannot be read. They are neither served nor fetched, as that would write to a
   * file that its owner uses otherwise, or to the folder where a disk is missing. Never pieces that are ours.
   */
  readonly held: PieceSet
}

/** Nothing is lost of so many pieces. */
export const noLosses = (size: number): Losses => ({ withdrawn: PieceSet.none(size), held: PieceSet.none(size) })

/** A piece is ours, or ours again. */
export const regained = (losses: Losses, index: number): Losses =>
  losses.withdrawn.has(index) || losses.held.has(index)
    ? { withdrawn: losses.withdrawn.without(index), held: losses.held.without(index) }
    : losses

/** Pieces that are lost, or of files that nobody wants, count as had where something asks what there is to fetch. */
export const isNothingLeft = ({
  have,
  losses,
  unchosen,
}: {
  readonly have: PieceSet
  readonly losses: Losses
  readonly unchosen: number
}): boolean => have.count + losses.held.count + unchosen === have.size

/** Whether none of these pieces was taken from us: all that were ours are ours again. */
export const areAllBack = ({ withdrawn }: Losses, pieces: PieceSet): boolean =>
  pieces.countMissingFrom(withdrawn) === pieces.count
