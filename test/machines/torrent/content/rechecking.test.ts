import { expect, test } from 'vitest'
import { isRechecking } from '../../../../machines/torrent/content/recheck-count.ts'
import { beginRecheck, endRecheck } from '../../../../machines/torrent/content/rechecking.ts'
import { piecesOf } from '../a-torrent.ts'

test('each look has a number of its own, also while others are under way', () => {
  const pieces = piecesOf([1])
  const content = { rechecks: { asked: 3, over: 1 } }
  expect(beginRecheck(content, pieces, true)).toEqual({ type: 'storage.recheck', recheck: 4, pieces, isWished: true })
  expect(beginRecheck(content, pieces, false).recheck).toBe(5)
})

test('pieces are being hashed until the last look is over', () => {
  const content = { rechecks: { asked: 0, over: 0 } }
  const looks = [beginRecheck(content, piecesOf([1]), true), beginRecheck(content, piecesOf([2]), true)]
  const states = looks.map(({ recheck }) => {
    endRecheck(content, recheck)
    return isRechecking(content)
  })
  expect(states).toEqual([true, false])
})
