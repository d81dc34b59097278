import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { chosenHere, chosenOf, isChosenHere } from '../../../../machines/torrent/content/chosen.ts'
import { choose, freePiece, gainPiece, holdPiece, losePiece } from '../../../../machines/torrent/content/holdings.ts'
import { isNothingLeft } from '../../../../machines/torrent/content/losses.ts'
import { Selection } from '../../../../machines/torrent/content/selection.ts'
import { createContent } from '../../../../machines/torrent/content/slice.ts'

const pieces = 6
/** A file a piece. */
const files = Array.from({ length: pieces }, (_, nth) => ({ offset: nth * 10, length: 10 }))
const layout = new Layout({ pieceLength: 10, length: pieces * 10, files })

const step = fc.record({
  does: fc.constantFrom('gain', 'lose', 'hold', 'free', 'skip', 'want'),
  index: fc.nat(pieces - 1),
})

test('what is there of what is wanted is counted right, whatever becomes of pieces and wishes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const content = createContent({ infoHash: 'ab'.repeat(20), layout })
      for (const { does, index } of steps) {
        const isOurs = content.have.has(index)
        const isHeld = content.losses.held.has(index)
        if (does === 'gain' && !isOurs) gainPiece(content, index)
        if (does === 'lose' && isOurs) losePiece(content, index)
        if (does === 'hold' && !isOurs) holdPiece(content, index)
        if (does === 'free' && isHeld) freePiece(content, index)
        if (does === 'skip') choose(content, new Map([[index, 'skip']]))
        if (does === 'want') choose(content, new Map([[index, 'normal']]))
      }
      const all = Array.from({ length: pieces }, (_, index) => index)
      const wanted = all.filter((index) => content.selection.priorityOf(index) !== 'skip')
      const here = wanted.filter((index) => content.have.has(index))
      const left = wanted.filter((index) => !content.have.has(index) && !content.losses.held.has(index))
      expect([chosenOf(content), chosenHere(content)]).toEqual([wanted.length, here.length])
      expect([isNothingLeft(content), isChosenHere(content)]).toEqual([
        left.length === 0,
        here.length === wanted.length,
      ])
    }),
    { numRuns: 200 },
  )
})

test('a choice that is not of the torrent is none', () => {
  const content = createContent({ infoHash: 'ab'.repeat(20), layout, priorities: new Uint8Array(2) })
  expect([content.wishes?.size, content.selection.skipped.isNone]).toEqual([0, true])
  expect(Selection.all(layout).files).toEqual(content.selection.files)
})
