import { expect, test } from 'vitest'
import { fileIndexAt } from '../../storage/file-index.ts'

test('finds the file that holds a byte, whatever empty files stand around it', () => {
  const lengths = [0, 3, 0, 0, 1, 5, 0]
  const files = lengths.map((length, i) => ({
    path: [`${i}`],
    length,
    offset: lengths.slice(0, i).reduce((sum, length) => sum + length, 0),
  }))
  expect(Array.from({ length: 9 }, (_, offset) => fileIndexAt(files, offset))).toEqual([1, 1, 1, 4, 5, 5, 5, 5, 5])
})
