import { expect, test } from 'vitest'
import { choiceOf, fileNamed, filePatterns } from '../../../cli/torrent/file-choice.ts'

const paths = ['show/one.mkv', 'show/one.nfo', 'show/season 1/two.mkv', 'show/season 1/.hidden', 'show/a, b.txt']

const wanted = (...patterns: readonly string[]) => {
  const { choice } = choiceOf(patterns)
  return paths.filter((path, index) => typeof choice === 'function' && choice({ index, path, length: 1 }) === 'normal')
}

test('commas separate patterns, but for those within brackets', () => {
  expect(filePatterns('*.mkv, 0-2 ,,x.{a,b},[,]')).toEqual(['*.mkv', '0-2', 'x.{a,b}', '[,]'])
  expect(filePatterns(' ')).toEqual([])
})

test('without a pattern nothing is said of any file', () => {
  const { choice } = choiceOf([])
  expect(paths.map((path, index) => typeof choice === 'function' && choice({ index, path, length: 1 }))).toEqual(
    paths.map(() => undefined),
  )
})

test('a pattern without a folder is of names, one with a folder of paths, with the name of the torrent or without', () => {
  expect(wanted('*.mkv')).toEqual([paths[0], paths[2]])
  expect(wanted('season 1/*')).toEqual([paths[2], paths[3]])
  expect(wanted('show/*.nfo')).toEqual([paths[1]])
  expect(wanted('**/two.*')).toEqual([paths[2]])
  expect(wanted('*.{nfo,txt}')).toEqual([paths[1], paths[4]])
  expect(wanted('!*.mkv')).toEqual([paths[1], paths[3], paths[4]])
})

test('a name that has what means something else in a pattern names its file', () => {
  const files = ['show/[a].mkv', 'show/b.mkv'].map((path, index) => ({ index, path, length: 1 }))
  expect(fileNamed('[a].mkv', files)).toBe(files[0])
  expect(fileNamed('show/[a].mkv', files)).toBe(files[0])
  expect(() => fileNamed('*.mkv', files)).toThrow('*.mkv names 2 files, not one')
})

test('numbers and ranges of them are those of the list', () => {
  expect(wanted('0', '2-3')).toEqual([paths[0], paths[2], paths[3]])
})

test('a pattern that names no file is told', () => {
  const { choice, requireAll } = choiceOf(['*.mkv', '*.avi'])
  for (const [index, path] of paths.entries()) if (typeof choice === 'function') choice({ index, path, length: 1 })
  expect(requireAll).toThrow('no file of the torrent is named by *.avi')
})
