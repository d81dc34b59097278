import { expect, test } from 'vitest'
import { checkFileTree, checkPathComponent } from '../../storage/file-path.ts'
import { MetainfoError } from '../../storage/metainfo-error.ts'

test('a part of a path may have 255 bytes of UTF-8, not 255 letters', () => {
  expect(() => checkPathComponent('a'.repeat(255), 'name')).not.toThrow()
  expect(() => checkPathComponent(`${'a'.repeat(254)}ü`, 'name')).toThrow(MetainfoError)
})

test('files beside one another may share a folder or the start of a name', () => {
  expect(() =>
    checkFileTree([
      ['t', 'a', 'b'],
      ['t', 'a', 'c'],
      ['t', 'ab'],
      ['t', 'a.'],
    ]),
  ).not.toThrow()
})

test('a file may not be a folder on the path of another, in whichever order they stand', () => {
  expect(() =>
    checkFileTree([
      ['t', 'a'],
      ['t', 'a', 'b', 'c'],
    ]),
  ).toThrow(/"t\/a" is both/)
  expect(() =>
    checkFileTree([
      ['t', 'a', 'b', 'c'],
      ['t', 'a', 'b'],
    ]),
  ).toThrow(/"t\/a\/b" is both/)
})
