import { expect, test } from 'vitest'
import { recheckCommand } from '../../../../machines/torrent/content/rechecking.ts'
import { piecesOf } from '../a-torrent.ts'

test('each look has a number of its own, also while others are under way', () => {
  const pieces = piecesOf([1])
  expect(recheckCommand({ rechecks: { asked: 3, over: 1 } }, pieces, true)).toEqual({
    type: 'storage.recheck',
    recheck: 4,
    pieces,
    isWished: true,
  })
})
