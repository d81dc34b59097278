import { expect, test } from 'vitest'
import { segmentsOf } from '../../storage/segments.ts'

const file = (name: string, offset: number, length: number) => ({ path: [name], offset, length })
const files = [file('a', 0, 10), file('b', 10, 5), file('c', 15, 100)]
const places = (start: number, length: number) =>
  [...segmentsOf(files, start, length)].map(({ file, position, from, to }) => [file.path[0], position, from, to])

test('bytes of one file lie there', () => {
  expect(places(2, 8)).toEqual([['a', 2, 0, 8]])
})

test('bytes across files lie in each, in order', () => {
  expect(places(8, 10)).toEqual([
    ['a', 8, 0, 2],
    ['b', 0, 2, 7],
    ['c', 0, 7, 10],
  ])
})

test('what begins with a file touches none before, and what ends with one none behind', () => {
  expect(places(10, 5)).toEqual([['b', 0, 0, 5]])
})
