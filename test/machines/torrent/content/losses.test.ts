import { describe, expect, test } from 'vitest'
import { areAllBack, isNothingLeft, noLosses, regained } from '../../../../machines/torrent/content/losses.ts'
import { piecesOf } from '../a-torrent.ts'

const none = piecesOf([])
const losses = { withdrawn: piecesOf([1, 2]), held: piecesOf([2, 3]) }

test('at first nothing is lost', () => {
  expect(noLosses(none.size)).toEqual({ withdrawn: none, held: none })
})

describe('a piece that is ours again', () => {
  test('is neither withdrawn nor held, and the others are as before', () => {
    const { withdrawn, held } = regained(losses, 2)
    expect([[...withdrawn.indexes()], [...held.indexes()]]).toEqual([[1], [3]])
    expect([...regained(losses, 3).held.indexes()]).toEqual([2])
    expect([...losses.withdrawn.indexes()]).toEqual([1, 2])
  })

  test('and was never lost changes nothing', () => {
    expect(regained(losses, 0)).toBe(losses)
  })
})

test('nothing is left to be fetched when all that is not ours is held, or nobody wants it', () => {
  const allBut = (...missing: number[]) => {
    const indexes = Array.from({ length: none.size }, (_, index) => index)
    return piecesOf(indexes.filter((index) => !missing.includes(index)))
  }
  const held = { withdrawn: piecesOf([2]), held: losses.held }
  expect(isNothingLeft({ have: allBut(2, 3), losses: held, unchosen: 0 })).toBe(true)
  expect(isNothingLeft({ have: allBut(1, 2, 3), losses: held, unchosen: 0 })).toBe(false)
  expect(isNothingLeft({ have: allBut(1, 2, 3), losses: held, unchosen: 1 })).toBe(true)
})

test('pieces are all back when none of them is withdrawn, whatever is held', () => {
  expect(areAllBack(losses, piecesOf([0, 3]))).toBe(true)
  expect(areAllBack(losses, piecesOf([0, 1]))).toBe(false)
  expect(areAllBack(losses, none)).toBe(true)
})
