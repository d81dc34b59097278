import { expect, test } from 'vitest'
import { selectedOnly } from '../../storage/select-only.ts'

const files = (text: string) => {
  const isSelected = selectedOnly(text)
  return isSelected && Array.from({ length: 10 }, (_, file) => file).filter(isSelected)
}

test('the files of a link are numbers and ranges, in any order (BEP 53)', () => {
  expect(files('0,2,4-6')).toEqual([0, 2, 4, 5, 6])
  expect(files('8, 1-3,2-4 ,9')).toEqual([1, 2, 3, 4, 8, 9])
  expect(files('7-100000000')).toEqual([7, 8, 9])
})

test('what is no number and no range is passed over, and where nothing is left there is no choice', () => {
  expect(files('x,3,,5-4,-1,1e3')).toEqual([3])
  expect(files('')).toBeUndefined()
  expect(files('all')).toBeUndefined()
  expect(files('99')).toEqual([])
})
