import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { Selection } from '../../../../machines/torrent/content/selection.ts'

const spans = (...lengths: readonly (number | 'pad')[]) => {
  let offset = 0
  return lengths.map((length) => {
    const pad = length === 'pad'
    const span = { offset, length: pad ? 100 - (offset % 100) : length, ...(pad && { pad: true as const }) }
    offset += span.length
    return span
  })
}
const layoutOf = (...lengths: readonly (number | 'pad')[]) => {
  const files = spans(...lengths)
  const last = files.at(-1)
  return new Layout({ pieceLength: 100, length: (last?.offset ?? 0) + (last?.length ?? 0), files })
}
/** Files of 150, 0, 180, 40 and 130 bytes in five pieces. */
const layout = layoutOf(150, 0, 180, 40, 130)
const levels = (selection: Selection) =>
  Array.from({ length: selection.skipped.size }, (_, index) => selection.levelOf(index))

describe('the files that are wanted', () => {
  test('are all, as long as nobody has said otherwise', () => {
    const all = Selection.all(layout)
    expect([all.pieces, all.skipped.isNone, levels(all)]).toEqual([undefined, true, [1, 1, 1, 1, 1]])
  })

  test('make a piece as important as the most important of its files', () => {
    const some = Selection.all(layout).with([
      [0, 'skip'],
      [2, 'high'],
      [4, 'skip'],
    ])
    expect(levels(some)).toEqual([0, 2, 2, 2, 0])
    expect([...some.skipped.indexes()]).toEqual([0, 4])
    expect(['skip', 'normal', 'high', 'normal', 'skip', 'skip']).toEqual(
      [0, 1, 2, 3, 4, 5].map((file) => some.priorityOf(file)),
    )
  })

  test('say nothing of pieces where a file is empty', () => {
    const others = [0, 2, 3, 4].map((file) => [file, 'skip'] as const)
    expect(Selection.all(layout).with(others).skipped.isAll).toBe(true)
  })

  test('take the pad files behind them along (BEP 47)', () => {
    const padded = Selection.all(layoutOf(150, 'pad', 50, 'pad'))
    expect(levels(padded.with([[0, 'skip']]))).toEqual([0, 0, 1])
    expect(levels(padded.with([[2, 'skip']]))).toEqual([1, 1, 0])
    expect(levels(Selection.all(layoutOf('pad', 100)).with([[1, 'skip']]))).toEqual([0, 0])
  })

  test('stay the same object where a choice changes nothing, or is of a file that there is not', () => {
    const all = Selection.all(layout)
    expect(
      all.with([
        [0, 'normal'],
        [5, 'skip'],
        [-1, 'skip'],
      ]),
    ).toBe(all)
  })

  test('are made again from what was written of them, if that fits', () => {
    const some = Selection.all(layout).with([[3, 'high']])
    const again = Selection.from(layout, some.files)
    expect(again?.files).toEqual(some.files)
    expect(again?.files).not.toBe(some.files)
    expect(Selection.from(layout, new Uint8Array(4))).toBeUndefined()
    expect(Selection.from(layout, new Uint8Array([0, 1, 2, 3, 0]))).toBeUndefined()
  })
})

test('what was saved counts less than what was said of single files, and more than all else, if it fits', () => {
  const wanted = { files: Uint8Array.of(1, 1, 1, 0, 1) }
  const wishes = new Map([[4, 'high']] as const)
  const saved = Uint8Array.of(0, 2, 1, 1, 0)
  const settled = (...of: readonly [typeof wanted & { wishes?: typeof wishes }, Uint8Array?]) =>
    Selection.settled(layout, ...of).files
  expect(settled(wanted, saved)).toEqual(wanted.files)
  expect(settled({ ...wanted, wishes }, saved)).toEqual(Uint8Array.of(0, 2, 1, 1, 2))
  expect(settled({ ...wanted, wishes })).toEqual(Uint8Array.of(1, 1, 1, 0, 2))
  expect(settled({ ...wanted, wishes }, saved.subarray(1))).toEqual(Uint8Array.of(1, 1, 1, 0, 2))
})
