import { describe, expect, test, vi } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { Rate } from '../../../../machines/rate.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import {
  aheadBytesMax,
  aheadBytesMin,
  hurry,
  piecesAhead,
  readOn,
  urgentMax,
  urgentPieces,
} from '../../../../machines/torrent/reading/windows.ts'
import { seededRandom } from '../../../../transport/random.ts'

const mib = 2 ** 20

test('a window is what comes in ten seconds, within its bounds, and two pieces at least', () => {
  expect(piecesAhead({ pieceLength: mib }, 0)).toBe(aheadBytesMin / mib)
  expect(piecesAhead({ pieceLength: mib }, 2 * mib)).toBe(20)
  expect(piecesAhead({ pieceLength: mib }, 1_000 * mib)).toBe(aheadBytesMax / mib)
  expect(piecesAhead({ pieceLength: 16 * mib }, 0)).toBe(2)
})

test('a window is bounded in pieces too: they may be of one byte', () => {
  expect(piecesAhead({ pieceLength: 1 }, 0)).toBe(urgentMax)
  expect(piecesAhead({ pieceLength: 1 }, 1_000 * mib)).toBe(urgentMax)
})

test('what a window longer than the torrent costs, or than the pieces that come before others, does not grow with it', () => {
  const ofOneByte = aheadBytesMin
  for (const [size, urgent] of [
    [100, 100],
    [5_000, urgentMax],
  ] as const) {
    const from = vi.spyOn(Array, 'from')
    expect(urgentPieces([{ first: 0, end: size }], ofOneByte, fetched(size))).toHaveLength(urgent)
    const lengths = from.mock.calls.map(([of]) => (of as ArrayLike<unknown>).length)
    from.mockRestore()
    expect(Math.max(...lengths)).toBe(urgent)
  }
})

/** Pieces, of so many, that need not be fetched. */
const fetched = (size: number, ...indexes: readonly number[]) =>
  indexes.reduce((pieces, index) => pieces.with(index), PieceSet.none(size))

test('readers are served in turn, each from where it is, and a piece that two wait for comes once', () => {
  const readers = [
    { first: 10, end: 100 },
    { first: 50, end: 52 },
    { first: 12, end: 100 },
  ]
  expect(urgentPieces(readers, 4, fetched(100, 11))).toEqual([10, 12, 50, 13, 51, 14, 15])
})

test('what many readers wait for is what each of them waits for, those next to one of them first', () => {
  const random = seededRandom(1)
  const below = (count: number) => Math.floor(random() * count)
  for (let round = 0; round < 300; round++) {
    const size = 2 + below(80)
    const ahead = 2 + below(12)
    const have = fetched(size, ...Array.from({ length: below(size) }, () => below(size)))
    const readers = Array.from({ length: 1 + below(6) }, () => {
      const first = below(size)
      return { first, end: first + 1 + below(size - first) }
    })
    const distances = new Map<number, number>()
    for (const { first, end } of readers) {
      for (let index = first; index < Math.min(end, first + ahead); index++)
        if (!have.has(index)) distances.set(index, Math.min(index - first, distances.get(index) ?? ahead))
    }
    const urgent = urgentPieces(readers, ahead, have)
    expect(urgent.toSorted((one, other) => one - other)).toEqual(
      [...distances.keys()].sort((one, other) => one - other),
    )
    const far = urgent.map((index) => distances.get(index))
    expect(far).toEqual(far.toSorted((one = 0, other = 0) => one - other))
  }
})

test('the pieces that come before others are bounded, however many read', () => {
  const readers = Array.from({ length: 1_000 }, (_, nth) => ({ first: nth * 100, end: 200_000 }))
  expect(urgentPieces(readers, 64, fetched(200_000))).toHaveLength(urgentMax)
})

describe('the windows of many readers', () => {
  /** So many readers, and how often the windows of all of them were looked at. */
  function reading(count: number) {
    const layout = new Layout({ pieceLength: 16_384, length: 16_384 * 100_000 })
    const picker = new PiecePicker({ layout, have: PieceSet.none(100_000), random: seededRandom(1) })
    let looks = 0
    const hurried = picker.hurry.bind(picker)
    picker.hurry = (pieces) => {
      looks++
      hurried(pieces)
    }
    const readers = new Map(Array.from({ length: count }, (_, nth) => [nth, { first: nth * 50, end: 100_000 }]))
    const core = { layout, picker, rateDown: Rate.start(0), readers, steps: 0, verifying: new Set<number>() }
    hurry(core)
    return { core, looks: () => looks }
  }

  test('are looked at when one has read on, where it is the only one', () => {
    const { core, looks } = reading(1)
    core.readers.set(0, { first: 1, end: 100_000 })
    readOn(core, 1)
    expect(looks()).toBe(2)
    expect(core.picker.hurried[0]).toBe(1)
  })

  test('are looked at once when each of them has read on', () => {
    const { core, looks } = reading(1_000)
    for (const [reader, { first, end }] of core.readers) {
      core.readers.set(reader, { first: first + 1, end })
      readOn(core, first + 1)
    }
    expect(looks()).toBe(2)
  })

  test('are looked at when one waits for a piece that is in none', () => {
    const { core, looks } = reading(3)
    core.readers.set(0, { first: 90_000, end: 100_000 })
    readOn(core, 90_000)
    expect(looks()).toBe(2)
    expect(core.picker.hurried).toContain(90_000)
  })
})
