import { expect, test } from 'vitest'
import { cellsOf, latticeOf, tallied } from '../../../inspector/page/cells.ts'

test('a map is one byte a cell', () => {
  const cells = cellsOf(Buffer.from([0, 1, 2, 2]).toString('base64'))
  expect([...cells]).toEqual([0, 1, 2, 2])
  expect([...tallied(cells)]).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
  ])
})

test('few cells are large, many are small, and all of them have a place', () => {
  expect(latticeOf(10, 400, 150).step).toBe(14)
  const { step, columns, rows } = latticeOf(4096, 360, 150)
  expect(step).toBe(4)
  expect(columns * step).toBeLessThanOrEqual(360)
  expect(columns * rows).toBeGreaterThanOrEqual(4096)
})
