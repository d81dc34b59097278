import { expect, test } from 'vitest'
import { Series } from '../../../inspector/page/series.ts'

test('the newest points are kept, the oldest of them first', () => {
  const series = new Series(7, 3)
  expect(series.points).toEqual([])
  for (let at = 1; at <= 5; at++) series.add({ id: 7, at, down: 10 * at, up: 0.5 })
  expect(series.points).toEqual([3, 4, 5].map((at) => ({ id: 7, at, down: 10 * at, up: 0.5 })))
})
