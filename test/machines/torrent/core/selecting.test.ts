import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import type { PieceSet } from '../../../../machines/piece-set.ts'
import type { TorrentEmitted } from '../../../../machines/torrent/vocabulary/emitted.ts'
import type { FilePriority } from '../../../../machines/torrent/vocabulary/file-priority.ts'
import { aTorrent, piecesOf } from '../a-torrent.ts'

/** Four pieces: the first file has 0 and 1, the second a bit of 1, the third the rest of 1, 2 and 3. */
const files = [
  { offset: 0, length: 40_000 },
  { offset: 40_000, length: 100 },
  { offset: 40_100, length: 79_900 },
]
const layout = new Layout({ pieceLength: 32_768, length: 120_000, files })
const all = piecesOf([0, 1, 2, 3])

/** A torrent, started, with what it has told of files. `had`: what it had when it was last looked at. */
function started(priorities?: Uint8Array, had?: PieceSet) {
  const torrent = aTorrent({ layout, keepsResume: true, ...(priorities && { priorities }), ...(had && { had }) })
  const { actor, core, hear, toStorage } = torrent
  const emitted: TorrentEmitted['type'][] = []
  for (const type of ['done', 'selected'] as const) actor.on(type, () => emitted.push(type))
  actor.send({ type: 'torrent.start' })
  return {
    toStorage,
    /** What was told since the last call. */
    told: () => emitted.splice(0),
    content: () => actor.getSnapshot().value.content,
    wanted: () => [...core.selection.files],
    checked: (have: PieceSet, saved?: Uint8Array) => {
      const recalled = { blocks: [], addresses: [], downloaded: 0, uploaded: 0, ...(saved && { priorities: saved }) }
      hear({ type: 'storage.checked', have, recalled })
    },
    select: (priorities: Readonly<Record<number, FilePriority>>) =>
      actor.send({
        type: 'torrent.select',
        priorities: new Map(Object.entries(priorities).map(([file, priority]) => [Number(file), priority])),
      }),
    /** The files of the last wish are in their places. */
    placed: () => {
      const last = toStorage.findLast((command) => command.type === 'storage.select')
      hear({ type: 'storage.selected', select: last?.select ?? 0 })
    },
  }
}

describe('a file that is wanted after all, and whose pieces are all there,', () => {
  test.each([
    ['all others are', [1, 0, 1], all, 'complete'],
    ['a file is skipped that is not', [1, 0, 0], piecesOf([0, 1]), 'chosen'],
  ] as const)('is done when it is in its place, where %s', (_, priorities, have, standing) => {
    const torrent = started(Uint8Array.from(priorities))
    torrent.checked(have)
    expect([torrent.content(), torrent.told()]).toEqual([standing, ['done']])
    torrent.select({ 1: 'normal' })
    expect([torrent.content(), torrent.told()]).toEqual([standing, ['selected']])
    torrent.placed()
    expect([torrent.content(), torrent.told()]).toEqual([standing, ['done']])
    torrent.placed()
    expect(torrent.told()).toEqual([])
  })

  test('is not done before the disk was looked at, whatever it had before', () => {
    const torrent = started(Uint8Array.from([1, 0, 1]), all)
    torrent.select({ 1: 'normal' })
    torrent.placed()
    expect([torrent.content(), torrent.told()]).toEqual(['checking', ['selected']])
    torrent.checked(piecesOf([]))
    expect(torrent.told()).toEqual([])
  })

  test('leaves a torrent that lacked another in the state it was in, until it is in its place', () => {
    const torrent = started(Uint8Array.of(1, 0, 1))
    torrent.checked(piecesOf([0, 1]))
    torrent.select({ 1: 'normal', 2: 'skip' })
    expect([torrent.content(), torrent.told()]).toEqual([{ fetching: expect.any(String) }, ['selected']])
    torrent.placed()
    expect([torrent.content(), torrent.told()]).toEqual(['chosen', ['done']])
  })
})

test('a wish that skips files, or puts some before others, makes nothing done anew', () => {
  const torrent = started()
  torrent.checked(all)
  torrent.told()
  for (const wish of [{ 2: 'high' }, { 0: 'skip' }] as const) {
    torrent.select(wish)
    torrent.placed()
  }
  expect(torrent.told()).toEqual(['selected', 'selected'])
})

describe('what is wished before the disk was looked at', () => {
  const saved = Uint8Array.of(0, 0, 1)

  test.each([
    ['what nobody said otherwise', { 0: 'normal' }, [1, 0, 1]],
    ['what somebody said otherwise', { 2: 'high' }, [0, 0, 2]],
  ] as const)('is of these files alone, and the others are as was saved: %s', (_, wish, wanted) => {
    const torrent = started()
    torrent.select(wish)
    torrent.checked(piecesOf([]), saved)
    expect(torrent.wanted()).toEqual(wanted)
  })

  test('is told to the storage with what it is said upon, and it is known what was saved from then on', () => {
    const torrent = started()
    torrent.select({ 0: 'normal' })
    torrent.select({ 2: 'high' })
    const wishes = new Map([
      [0, 'normal'],
      [2, 'high'],
    ])
    expect(torrent.toStorage.at(-1)).toMatchObject({ wanted: { files: Uint8Array.of(1, 1, 2), wishes } })
    torrent.checked(piecesOf([]), saved)
    torrent.select({ 0: 'skip' })
    expect(torrent.toStorage.at(-1)).toMatchObject({ wanted: { files: Uint8Array.of(0, 0, 2) } })
    expect(torrent.toStorage.at(-1)).not.toHaveProperty('wanted.wishes')
  })

  test('changes nothing that was said of all files', () => {
    const torrent = started(Uint8Array.of(1, 1, 0))
    torrent.select({ 0: 'high' })
    torrent.checked(piecesOf([]), saved)
    expect(torrent.wanted()).toEqual([2, 1, 0])
  })
})
