import fc, { type Arbitrary } from 'fast-check'
import { PieceSet } from '../../machines/piece-set.ts'

/**
 * A set of pieces of a torrent that has so many: any, and none and all of them often. Throws a RangeError unless `size` is a positive
 * integer.
 */
export function anyPieceSet(size: number): Arbitrary<PieceSet> {
  const none = PieceSet.none(size)
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(none) },
    { weight: 1, arbitrary: fc.constant(PieceSet.all(size)) },
    {
      weight: 4,
      arbitrary: fc
        .uniqueArray(fc.nat(size - 1), { maxLength: 300 })
        .map((indexes) => indexes.reduce((set, index) => set.with(index), none)),
    },
  )
}
