import { expect, test } from 'vitest'
import { isRechecking } from '../../../machines/torrent/recheck-count.ts'
import { recheckCommand } from '../../../machines/torrent/rechecking.ts'
import { piecesOf } from './a-torrent.ts'

test('pieces are being hashed from the first look that is asked for until the last is over', () => {
  const states = [
    { asked: 0, over: 0 },
    { asked: 1, over: 0 },
    { asked: 2, over: 1 },
    { asked: 2, over: 2 },
  ]
  expect(states.map((rechecks) => isRechecking({ rechecks }))).toEqual([false, true, true, false])
})

test('each look has a number of its own, also while others are under way', () => {
  const pieces = piecesOf([1])
  expect(recheckCommand({ rechecks: { asked: 3, over: 1 } }, pieces, true)).toEqual({
    type: 'storage.recheck',
    recheck: 4,
    pieces,
    isWished: true,
  })
})
