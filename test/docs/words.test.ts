import { describe, expect, test } from 'vitest'
import { filesBelow, read, sources } from '../source-tree.ts'
import { manual } from './manual.ts'
import { found, personal, unclear } from './words.ts'

test.each([...manual])('%s says plainly what happens', (path, text) => {
  expect(found(path, text.split('\n'), [...unclear, ...personal])).toEqual([])
})

describe('code says plainly what happens', () => {
  /** The word lists themselves have the words. */
  const isChecked = (path: string) => !path.startsWith('test/docs/words')
  const linesOf = (path: string) => read(path).split('\n')

  test('to its readers and users', () => {
    const files = [...sources, ...filesBelow('bench', 'fuzz', 'mutants', 'scripts', 'test')].filter(isChecked)
    expect(files.flatMap((path) => found(path, linesOf(path), unclear))).toEqual([])
  })

  test('of peers and programs as of things', () => {
    const commentsOf = (path: string) =>
      linesOf(path).map((line) => /^\s*(?:\*|\/\*\*|\/\/).*|\s\/\/\s.*/.exec(line)?.[0] ?? '')
    const files = [...sources, ...filesBelow('bench', 'fuzz', 'mutants', 'scripts')].filter(isChecked)
    expect(files.flatMap((path) => found(path, commentsOf(path), personal))).toEqual([])
  })
})
