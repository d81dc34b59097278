import { expect, test } from 'vitest'
import { partsOf, type WebSeedFile } from '../../../transport/web-seed/web-seed-content.ts'

function filesOf(...lengths: readonly number[]): WebSeedFile[] {
  let offset = 0
  return lengths.map((length, i) => {
    const file = { offset, length, path: ['name', String(i)] }
    offset += length
    return file
  })
}

test('bytes of a torrent are parts of its files, in order; an empty file has none', () => {
  const files = filesOf(10, 0, 5, 0, 100)
  expect(partsOf(files, 3, 20)).toEqual([
    { file: 0, begin: 3, end: 10 },
    { file: 2, begin: 0, end: 5 },
    { file: 4, begin: 0, end: 5 },
  ])
  expect(partsOf(files, 15, 115)).toEqual([{ file: 4, begin: 0, end: 100 }])
  expect(partsOf(files, 10, 11)).toEqual([{ file: 2, begin: 0, end: 1 }])
})

test('they are found among very many files', () => {
  const files = filesOf(...Array<number>(20_000).fill(3))
  expect(partsOf(files, 30_000, 30_004)).toEqual([
    { file: 10_000, begin: 0, end: 3 },
    { file: 10_001, begin: 0, end: 1 },
  ])
})
