import { expect, test } from 'vitest'
import { bitsWithout, hasOthers, partsOf, type WebSeedFile } from '../../../transport/web-seed/web-seed-content.ts'

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

test('whoever lacks a file has no piece with a byte of it; an empty file is no loss', () => {
  const files = filesOf(10, 0, 5, 25)
  const bits = (...without: number[]) =>
    bitsWithout({ files, pieceLength: 4 }, without)[0]?.toString(2).padStart(8, '0')
  // Ten pieces: two spare bits are in the second byte.
  expect([bits(), bits(0), bits(1), bits(2), bits(0, 2)]).toEqual([
    '11111111',
    '00011111',
    '11111111',
    '11001111',
    '00001111',
  ])
  expect([...bitsWithout({ files, pieceLength: 4 }, [3])]).toEqual([0b11100000, 0])
  expect([...bitsWithout({ files, pieceLength: 4 }, [])]).toEqual([0xff, 0b11000000])
})

test('a web seed has other files only where one has bytes, and is no pad file', () => {
  const files = [...filesOf(10, 0, 5), { offset: 15, length: 1, pad: true as const, path: ['.pad'] }]
  expect([hasOthers(files, [0]), hasOthers(files, [0, 2])]).toEqual([true, false])
})
