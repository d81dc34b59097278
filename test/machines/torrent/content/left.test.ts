import { expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { leftOf, piecesOf } from '../../../../machines/torrent/content/left.ts'
import { Selection } from '../../../../machines/torrent/content/selection.ts'
import { aTorrent, piecesOf as setOf } from '../a-torrent.ts'

const layout = new Layout({ pieceLength: 32_768, length: 3 * 32_768 + 5 })

test.each([
  { has: [], left: 3 * 32_768 + 5 },
  { has: [0], left: 2 * 32_768 + 5 },
  { has: [3], left: 3 * 32_768 },
  { has: [0, 1, 2], left: 5 },
  { has: [0, 1, 2, 3], left: 0 },
])('with the pieces $has $left bytes are left', ({ has, left }) => {
  expect(leftOf({ have: setOf(has), isChecked: true, layout, selection: Selection.all(layout) })).toBe(left)
})

test('what nobody wants is not left', () => {
  const files = [
    { offset: 0, length: 2 * 32_768 },
    { offset: 2 * 32_768, length: 32_768 + 5 },
  ]
  const divided = new Layout({ pieceLength: 32_768, length: layout.length, files })
  const left = (skipped: number) => {
    const selection = Selection.all(divided).with([[skipped, 'skip']])
    return leftOf({ have: setOf([0]), isChecked: true, layout: divided, selection })
  }
  expect([left(0), left(1)]).toEqual([32_768 + 5, 32_768])
})

test('before the data was checked nothing is ours', () => {
  const content = { have: setOf([1]), isChecked: false, layout, selection: Selection.all(layout) }
  expect([leftOf(content), piecesOf(content)?.count]).toEqual([layout.length, 0])
})

test('before the metadata has come nobody knows', () => {
  const { core } = aTorrent({}, { isMagnet: true })
  expect([leftOf(core), piecesOf(core)]).toEqual([undefined, undefined])
})
