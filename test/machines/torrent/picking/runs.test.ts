import { describe, expect, test, vi } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { Selection } from '../../../../machines/torrent/content/selection.ts'
import type { PickFilter } from '../../../../machines/torrent/picking/picker-peer.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { runBytesMax } from '../../../../transport/web-seed/waiting-requests.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { seededRandom } from '../random.ts'

const inRuns = { inRuns: true } as const

interface Wanted {
  readonly pieces?: number
  readonly blocks?: number
  readonly seed?: number
}

function picking({ pieces = 100, blocks = 2, seed = 1 }: Wanted = {}) {
  const layout = new Layout({ pieceLength: blocks * blockBytes, length: pieces * blocks * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(pieces), random: seededRandom(seed) })
  const addSeeds = (...peers: readonly number[]) => {
    for (const peer of peers) picker.addPeer(peer, PieceSet.all(pieces))
  }
  return { layout, picker, addSeeds }
}

const setOf = (size: number, indexes: readonly number[]): PieceSet =>
  indexes.reduce((set, index) => set.with(index), PieceSet.none(size))

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

/** What of the blocks does not stand behind the one before: how many requests over HTTP they become. */
const partsOf = (layout: Layout, requests: readonly BlockRequest[]): number =>
  requests.filter(({ index, begin }, nth) => {
    const before = requests[nth - 1]
    const end = before && before.index * layout.pieceLength + before.begin + before.length
    return end !== index * layout.pieceLength + begin
  }).length

const indexesOf = (requests: readonly BlockRequest[]) => [...new Set(requests.map(({ index }) => index))]

function deliver(picker: PiecePicker, peer: number, requests: readonly BlockRequest[]): void {
  for (const { index, begin, length } of requests)
    if (picker.receive(peer, index, begin, length).complete) picker.verified(index)
}

/** Each is asked in its turn for up to `count` blocks and delivers them, until nothing is missing: what each was asked for. */
function downloadBy(picker: PiecePicker, peers: Readonly<Record<number, number>>): Map<number, BlockRequest[]> {
  const all = new Map(Object.keys(peers).map((peer) => [Number(peer), [] as BlockRequest[]]))
  while (!picker.isComplete) {
    for (const [peer, requests] of all) {
      const picked = picker.pick(peer, peers[peer] ?? 0, inRuns)
      requests.push(...picked)
      deliver(picker, peer, picked)
    }
  }
  return all
}

describe('where some pieces are of high priority', () => {
  const half = 30_000
  /** The second file, of 500 pieces, is high. */
  const withHigh = () => {
    const pieceLength = 2 * blockBytes
    const files = [0, half, half + 500].map((from, at, all) => ({
      offset: from * pieceLength,
      length: ((all[at + 1] ?? 2 * half) - from) * pieceLength,
    }))
    const layout = new Layout({ pieceLength, length: 2 * half * pieceLength, files })
    const selection = Selection.all(layout).with([[1, 'high']])
    const picker = new PiecePicker({
      layout,
      have: PieceSet.none(2 * half),
      selection,
      random: seededRandom(3),
    })
    picker.addPeer(1, PieceSet.all(2 * half))
    const pickAll = (count: number, filter: PickFilter) => {
      const requests: BlockRequest[] = []
      while (requests.length < count) {
        const picked = picker.pick(1, 16, filter)
        requests.push(...picked)
        deliver(picker, 1, picked)
      }
      return requests
    }
    return { layout, pickAll }
  }

  test('these come in runs too, however few they are among all', () => {
    const { layout, pickAll } = withHigh()
    const requests = pickAll(1_000, inRuns)
    expect(indexesOf(requests.slice(0, 1_000)).every((index) => index >= half && index < half + 500)).toBe(true)
    expect(partsOf(layout, requests)).toBeLessThan(6)
  })

  test('those that it may not be asked for end no run of the others', () => {
    const { layout, pickAll } = withHigh()
    const refused = (index: number) => index >= half && index < half + 500
    expect(partsOf(layout, pickAll(2_000, { ...inRuns, refused }))).toBeLessThan(6)
  })
})

describe('a peer that is asked for runs', () => {
  test('is asked for pieces one behind the other, and is through in as few parts as there are gaps', () => {
    const { layout, picker, addSeeds } = picking({ pieces: 1_000 })
    addSeeds(1)
    const { value: requests = [] } = downloadBy(picker, { 1: 7 }).values().next()
    expect(requests).toHaveLength(2_000)
    // From a random place to the end, and what stands before it; 16 MiB of it at a time.
    expect(partsOf(layout, requests)).toBeLessThan(5)
  })

  test('goes on where another has taken a piece out of its run, which any may', () => {
    const { picker, addSeeds } = picking()
    addSeeds(1, 2)
    const [first = -1] = indexesOf(picker.pick(1, 4, inRuns))
    expect(indexesOf(picker.pick(2, 2, { preferred: [first + 2] }))).toEqual([first + 2])
    expect(indexesOf(picker.pick(1, 4, inRuns))).not.toContain(first + 2)
  })

  test('begins a piece before it helps with others, so that its run is whole', () => {
    const { picker, addSeeds } = picking()
    addSeeds(1, 2)
    const [begun = -1] = indexesOf(picker.pick(2, 1))
    const run = indexesOf(picker.pick(1, 99 * 2, inRuns))
    expect([run.length, run.includes(begun)]).toEqual([99, false])
    expect(indexesOf(picker.pick(1, 1, inRuns))).toEqual([begun])
  })

  test('begins where most is that only seeds have', () => {
    const { picker, addSeeds } = picking({ pieces: 4, blocks: (runBytesMax / blockBytes) * 2 })
    addSeeds(1)
    picker.addPeer(2, setOf(4, [0, 1, 3]))
    expect(indexesOf(picker.pick(1, 1, inRuns))).toEqual([2])
  })

  test('has a run of no more than one request over HTTP asks for, then looks again for what is rare', () => {
    const megabyte = 2 ** 20
    const { picker, addSeeds } = picking({ pieces: 64, blocks: megabyte / blockBytes })
    addSeeds(1)
    const first = indexesOf(picker.pick(1, runBytesMax / blockBytes, inRuns))
    expect(first).toEqual(range(first[0] ?? -1, (first[0] ?? -1) + 16))
    const rare = ((first[0] ?? 0) + 40) % 64
    picker.addPeer(2, setOf(64, range(0, 64)).without(rare))
    expect(indexesOf(picker.pick(1, runBytesMax / blockBytes, inRuns))).toContain(rare)
  })

  test('is asked for pieces of high priority first, in runs of their own', () => {
    const length = 100 * 2 * blockBytes
    const files = [
      { offset: 0, length: length / 2 },
      { offset: length / 2, length: length / 2 },
    ]
    const layout = new Layout({ pieceLength: 2 * blockBytes, length, files })
    const selection = Selection.all(layout).with(new Map([[1, 'high']]))
    const picker = new PiecePicker({ layout, have: PieceSet.none(100), random: seededRandom(1), selection })
    picker.addPeer(1, PieceSet.all(100))
    const requests = picker.pick(1, 100, inRuns)
    expect(Math.min(...indexesOf(requests))).toBe(50)
    expect(partsOf(layout, requests)).toBeLessThan(3)
  })

  test('is asked first for what somebody waits to read, and goes on with its run then', () => {
    const { picker, addSeeds } = picking()
    addSeeds(1)
    const [first = -1] = indexesOf(picker.pick(1, 2, inRuns))
    const urgent = (first + 50) % 100
    picker.hurry([urgent])
    expect(indexesOf(picker.pick(1, 4, inRuns))).toEqual([urgent, first + 1])
  })

  test('on parole has pieces to itself, which are a run too', () => {
    const { layout, picker, addSeeds } = picking()
    addSeeds(1)
    const requests = picker.pick(1, 20, { ...inRuns, alone: true })
    expect(partsOf(layout, requests)).toBeLessThan(3)
    expect(new Set(picker.partials.map(({ owner }) => owner))).toEqual(new Set([1]))
  })

  test('looks at no more pieces where it looks for a run than it looks at in a small torrent', () => {
    const { picker, addSeeds } = picking({ pieces: 200_000 })
    addSeeds(1)
    const refused = vi.fn(() => false)
    picker.pick(1, 2, { ...inRuns, refused })
    expect(refused.mock.calls.length).toBeLessThan(1_100)
  })
})

describe('several peers that are asked for runs', () => {
  test('keep off the runs of each other as long as there is anything else', () => {
    const blocks = 2 ** 20 / blockBytes
    const { picker, addSeeds } = picking({ blocks })
    addSeeds(1, 2, 3)
    const begun = [1, 2, 3].flatMap((peer) => indexesOf(picker.pick(peer, blocks, inRuns)))
    for (const [nth, first] of begun.entries())
      expect(indexesOf(picker.pick(nth + 1, 15 * blocks, inRuns))).toEqual(range(first + 1, first + 16))
  })

  test('share what is left, and download nothing twice, in few parts whatever each gives', () => {
    for (const seed of [1, 2, 3]) {
      const { layout, picker, addSeeds } = picking({ pieces: 1_000, seed })
      addSeeds(1, 2, 3)
      const all = downloadBy(picker, { 1: 20, 2: 7, 3: 1 })
      const asked = [...all.values()].flat()
      expect(asked).toHaveLength(2_000)
      for (const requests of all.values()) expect(partsOf(layout, requests)).toBeLessThan(25)
      // The slow one holds up nothing.
      expect(all.get(1)?.length ?? 0).toBeGreaterThan(1_300)
    }
  })
})

describe('a peer that is not asked for runs', () => {
  test('is asked for the rarest beside one that is, also out of its run', () => {
    const { picker, addSeeds } = picking({ pieces: 100, blocks: 1 })
    addSeeds(1, 2)
    deliver(picker, 1, picker.pick(1, 4, inRuns))
    const [next = -1] = indexesOf(picker.pick(1, 1, inRuns))
    picker.addPeer(3, setOf(100, range(0, 100)).without(next + 1))
    expect(indexesOf(picker.pick(2, 1))).toEqual([next + 1])
  })
})
