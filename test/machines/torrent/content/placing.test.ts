import { expect, test } from 'vitest'
import { choose, takeStock } from '../../../../machines/torrent/content/holdings.ts'
import { beginPlacing, endPlacing, isInPlace, isPlacing } from '../../../../machines/torrent/content/placing.ts'
import { createContent } from '../../../../machines/torrent/content/slice.ts'
import type { FilePriority } from '../../../../machines/torrent/vocabulary/file-priority.ts'
import { layout, piecesOf } from '../a-torrent.ts'

/** A torrent whose one file is skipped, and that has all of its pieces. */
function aSkippedFile() {
  const content = createContent({ infoHash: 'ab'.repeat(20), layout, priorities: Uint8Array.of(0) })
  takeStock(content, piecesOf([0, 1, 2, 3]))
  const select = (priority: FilePriority) => {
    const before = content.selection
    choose(content, new Map([[0, priority]]))
    beginPlacing(content, before)
  }
  return { content, select }
}

test('a file that is wanted after all is on its way until that is over, and one that was wanted before is not', () => {
  const { content, select } = aSkippedFile()
  expect([isPlacing(content), isInPlace(content)]).toEqual([false, true])
  select('normal')
  expect([isPlacing(content), isInPlace(content)]).toEqual([true, false])
  endPlacing(content, 1)
  select('high')
  select('skip')
  expect([isPlacing(content), isInPlace(content)]).toEqual([false, true])
})

test('what is over is over with the last that was asked for, whatever is told of those before it', () => {
  const { content, select } = aSkippedFile()
  for (const priority of ['high', 'skip', 'normal'] as const) select(priority)
  endPlacing(content, 1)
  expect(isPlacing(content)).toBe(true)
  endPlacing(content, 2)
  endPlacing(content, 1)
  expect(isPlacing(content)).toBe(false)
})

test('what is asked for before the disk is looked at is over with that', () => {
  const { content, select } = aSkippedFile()
  select('normal')
  takeStock(content, piecesOf([0]))
  expect(isPlacing(content)).toBe(false)
})
