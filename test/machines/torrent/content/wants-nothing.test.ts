import { expect, test } from 'vitest'
import { noLosses } from '../../../../machines/torrent/content/losses.ts'
import { wantsNothing } from '../../../../machines/torrent/content/wants-nothing.ts'
import { piecesOf } from '../a-torrent.ts'

test('nothing is wanted by a torrent that has everything, or can write nothing', () => {
  const losses = noLosses(4)
  const wants = (have: readonly number[], readOnly: boolean) =>
    !wantsNothing({ have: piecesOf(have), losses, readOnly, unchosen: 0 })
  expect([wants([0], false), wants([0], true), wants([0, 1, 2, 3], false), wants([], true)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
