import { expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { bytesHere } from '../../../../machines/torrent/content/bytes-here.ts'

test('what is there of a file is what it has of the pieces that are ours', () => {
  const files = [
    { offset: 0, length: 150 },
    { offset: 150, length: 0 },
    { offset: 150, length: 100 },
  ]
  const layout = new Layout({ pieceLength: 100, length: 250, files })
  const have = PieceSet.none(3).with(1)
  const here = (set: PieceSet) => files.map((_, file) => bytesHere(layout, set, file))
  expect(here(have)).toEqual([50, 0, 50])
  expect(here(have.with(2))).toEqual([50, 0, 100])
  expect(here(PieceSet.none(3))).toEqual([0, 0, 0])
  expect(here(PieceSet.all(3))).toEqual([150, 0, 100])
})
