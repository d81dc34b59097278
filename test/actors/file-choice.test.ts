import { expect, test } from 'vitest'
import { choiceOfLink, levelsOf, prioritiesOf } from '../../actors/file-choice.ts'
import { multiFileTorrent } from '../storage/support.ts'

const { files } = multiFileTorrent(
  [
    { path: ['a'], length: 10 },
    { path: ['.pad', '6'], length: 6, attr: 'p' },
    { path: ['sub', 'b'], length: 20 },
  ],
  16,
).metainfo

test('a function is asked of every file but the pad files', () => {
  const asked: unknown[] = []
  const levels = levelsOf((file) => {
    asked.push(file)
    return file.path.startsWith('album/sub') ? 'high' : undefined
  }, files)
  expect(asked).toEqual([
    { index: 0, path: 'album/a', length: 10 },
    { index: 2, path: 'album/sub/b', length: 20 },
  ])
  expect([...levels]).toEqual([1, 1, 2])
})

test('files that a choice does not speak of are as they were', () => {
  expect([...levelsOf({ 0: 'high' }, files, Uint8Array.of(1, 1, 0))]).toEqual([2, 1, 0])
  expect([...levelsOf(() => undefined, files)]).toEqual([1, 1, 1])
})

test('numbers speak of their files alone', () => {
  expect([...prioritiesOf({ 2: 'skip' }, files)]).toEqual([[2, 'skip']])
  expect(() => prioritiesOf({ 3: 'skip' }, files)).toThrow(RangeError)
})

test('a link that names no file of the torrent chooses none', () => {
  expect(choiceOfLink(undefined, files)).toBeUndefined()
  expect(choiceOfLink('7', files)).toBeUndefined()
  expect(choiceOfLink('?', files)).toBeUndefined()
  const choice = choiceOfLink('2', files)
  expect(choice && [...levelsOf(choice, files)]).toEqual([0, 1, 1])
})
