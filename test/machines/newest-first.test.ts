import { expect, test } from 'vitest'
import { withNewest } from '../../machines/newest-first.ts'

test('the newest stands first, and once', () => {
  expect(withNewest([], 1, 3)).toEqual([1])
  expect(withNewest([3, 2, 1], 4, 3)).toEqual([4, 3, 2])
  expect(withNewest([3, 2, 1], 1, 3)).toEqual([1, 3, 2])
  expect(withNewest([3, 2, 1], 3, 3)).toEqual([3, 2, 1])
})
