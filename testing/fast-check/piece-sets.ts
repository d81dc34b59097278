import fc, { type Arbitrary } from 'fast-check'
import { PieceSet } from '../../machines/piece-set.ts'

/** A set of pieces of a torrent that has so many: any, and none and all of them often. */
export const anyPieceSet = (size: number): Arbitrary<PieceSet> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(PieceSet.none(size)) },
    { weight: 1, arbitrary: fc.constant(PieceSet.all(size)) },
    {
      weight: 4,
      arbitrary: fc
        .uniqueArray(fc.nat(size - 1), { maxLength: 300 })
        .map((indexes) => indexes.reduce((set, index) => set.with(index), PieceSet.none(size))),
    },
  )
