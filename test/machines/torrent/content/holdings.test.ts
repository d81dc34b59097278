import { expect, test } from 'vitest'
import {
  choose,
  freePiece,
  gainPiece,
  holdPiece,
  learnContent,
  losePiece,
  takeStock,
} from '../../../../machines/torrent/content/holdings.ts'
import { createContent } from '../../../../machines/torrent/content/slice.ts'
import { layout, piecesOf } from '../a-torrent.ts'

const fourPieces = (have: readonly number[] = []) => {
  const content = createContent({ infoHash: 'ab'.repeat(20), layout })
  takeStock(content, piecesOf(have))
  return content
}

test('a piece that is lost is ours no longer, and held back until it is ours again', () => {
  const content = fourPieces([0, 1])
  losePiece(content, 0)
  expect([...content.have.indexes()]).toEqual([1])
  expect([content.losses.withdrawn.has(0), content.losses.held.has(0)]).toEqual([true, true])
  gainPiece(content, 0)
  expect([...content.have.indexes()]).toEqual([0, 1])
  expect([content.losses.withdrawn.has(0), content.losses.held.has(0)]).toEqual([false, false])
})

test('a piece that we lack is held back, and freed, without having been ours', () => {
  const content = fourPieces()
  holdPiece(content, 2)
  expect([content.losses.withdrawn.has(2), content.losses.held.has(2)]).toEqual([false, true])
  freePiece(content, 2)
  expect(content.losses.held.isNone).toBe(true)
})

test('after a look at the disk nothing is lost, and nothing is being hashed anew', () => {
  const content = fourPieces([0])
  losePiece(content, 0)
  content.rechecks = { asked: 3, over: 1 }
  takeStock(content, piecesOf([3]))
  expect([...content.have.indexes()]).toEqual([3])
  expect(content.losses.held.isNone && content.losses.withdrawn.isNone).toBe(true)
  expect(content.rechecks).toEqual({ asked: 3, over: 3 })
})

test('what was saved counts once, unless all files were spoken of before', () => {
  const saved = Uint8Array.of(0)
  const levelsOf = (priorities?: Uint8Array) => {
    const content = createContent({ infoHash: 'ab'.repeat(20), layout, priorities, byDefault: Uint8Array.of(2) })
    const levels = [content.selection.files[0]]
    for (const _ of [1, 2]) {
      takeStock(content, piecesOf([]), saved)
      levels.push(content.selection.files[0])
      choose(content, new Map([[0, 'normal']]))
    }
    return levels
  }
  expect(levelsOf()).toEqual([2, 0, 1])
  expect(levelsOf(Uint8Array.of(1))).toEqual([1, 1, 1])
})

test('of what the metadata tells nothing is there yet', () => {
  const content = createContent({ infoHash: 'ab'.repeat(20) })
  learnContent(content, { layout, isPrivate: true, readOnly: true })
  expect(content).toMatchObject({ layout, isPrivate: true, readOnly: true, isChecked: false })
  expect([content.have.size, content.losses.held.size, content.have.count]).toEqual([4, 4, 0])
})
