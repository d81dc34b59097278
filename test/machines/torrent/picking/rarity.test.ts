import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { Availability } from '../../../../machines/torrent/picking/availability.ts'
import { Buckets } from '../../../../machines/torrent/picking/buckets.ts'
import { Rarity } from '../../../../machines/torrent/picking/rarity.ts'
import { seededRandom } from '../random.ts'

const setOf = (size: number, indexes: Iterable<number>): PieceSet => {
  const bits = new Uint8Array(Math.ceil(size / 8))
  for (const index of indexes) bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (0x80 >>> (index & 7))
  const set = PieceSet.fromBits(bits, size)
  if (set === undefined) throw new Error('no bitfield')
  return set
}

/** All that `find` offers, in its order. */
const orderOf = (rarity: Rarity): number[] => {
  const seen: number[] = []
  rarity.find(0, Number.POSITIVE_INFINITY, (index) => seen.push(index) < 0)
  return seen
}

describe('the rarest of some pieces', () => {
  test('are those that the fewest peers have, whatever was said in which order', () => {
    const size = 70
    const step = fc.oneof(
      fc.record({ type: fc.constant('says' as const), peer: fc.nat(3), has: fc.uniqueArray(fc.nat(size - 1)) }),
      fc.record({ type: fc.constant('has all' as const), peer: fc.nat(3) }),
      fc.record({ type: fc.constant('has none' as const), peer: fc.nat(3) }),
      fc.record({ type: fc.constant('add' as const), index: fc.nat(size - 1) }),
      fc.record({ type: fc.constant('remove' as const), index: fc.nat(size - 1) }),
      fc.record({ type: fc.constant('flip' as const), peer: fc.nat(3), index: fc.nat(size - 1) }),
    )
    fc.assert(
      fc.property(fc.array(step), fc.nat(), (steps, seed) => {
        const rarity = new Rarity(size, seededRandom(seed))
        const peers = Array.from({ length: 4 }, () => PieceSet.none(size))
        const members = new Set<number>()
        const says = (peer: number, pieces: PieceSet) => {
          rarity.replace(peers[peer] as PieceSet, pieces)
          peers[peer] = pieces
        }
        for (const one of steps) {
          if (one.type === 'says') says(one.peer, setOf(size, one.has))
          else if (one.type === 'has all') says(one.peer, PieceSet.all(size))
          else if (one.type === 'has none') says(one.peer, PieceSet.none(size))
          else if (one.type === 'flip') {
            const had = peers[one.peer] as PieceSet
            rarity.change(one.index, had.has(one.index) ? -1 : 1)
            peers[one.peer] = had.has(one.index) ? had.without(one.index) : had.with(one.index)
          } else {
            rarity[one.type](one.index)
            members[one.type === 'add' ? 'add' : 'delete'](one.index)
          }
          const counts = Array.from({ length: size }, (_, i) => peers.filter((pieces) => pieces.has(i)).length)
          expect(Array.from({ length: size }, (_, i) => rarity.of(i))).toEqual(counts)
          expect(rarity.unheld).toBe([...members].filter((i) => counts[i] === 0).length)
          const order = orderOf(rarity)
          expect(new Set(order)).toEqual(members)
          expect(rarity.size).toBe(members.size)
          expect(order.map((i) => counts[i])).toEqual(order.map((i) => counts[i]).sort())
        }
      }),
      { numRuns: 60 },
    )
  })

  test('are found also when very many have changed at once', () => {
    const size = 5_000
    const rarity = new Rarity(size, seededRandom(1))
    for (let index = 0; index < size; index++) rarity.add(index)
    const half = setOf(
      size,
      Array.from({ length: size / 2 }, (_, i) => 2 * i),
    )
    rarity.replace(PieceSet.none(size), half)
    expect(rarity.unheld).toBe(size / 2)
    rarity.change(1, 1)
    rarity.remove(3)
    rarity.replace(PieceSet.none(size), PieceSet.all(size))
    expect(
      orderOf(rarity)
        .slice(0, size / 2 - 2)
        .every((index) => index % 2 === 1 && index !== 1),
    ).toBe(true)
    expect([rarity.of(0), rarity.of(1), rarity.of(3), rarity.of(5)]).toEqual([2, 2, 1, 1])
  })
})

describe('what a bitfield of a great torrent costs', () => {
  const size = 320_000
  const words = size / 32
  const even = setOf(
    size,
    Array.from({ length: size / 2 }, (_, i) => 2 * i),
  )

  /** Steps on words, and on single pieces, that `act` takes. */
  function counted(act: () => void): { readonly words: number; readonly pieces: number } {
    const onWords = [vi.spyOn(Availability.prototype, 'add'), vi.spyOn(Availability.prototype, 'remove')]
    const onPieces = [vi.spyOn(Buckets.prototype, 'rekey')]
    act()
    const calls = (spies: readonly { mock: { calls: unknown[] } }[]) =>
      spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
    const result = { words: calls(onWords), pieces: calls(onPieces) }
    vi.restoreAllMocks()
    return result
  }

  const full = () => {
    const rarity = new Rarity(size, seededRandom(1))
    for (let index = 0; index < size; index++) rarity.add(index)
    return rarity
  }

  test('is a step for each 32 pieces, however many of them it has', () => {
    const rarity = full()
    const { words: steps, pieces } = counted(() => rarity.replace(PieceSet.none(size), even))
    expect(steps).toBe(words)
    expect(pieces).toBeLessThanOrEqual(1_000)
    const again = counted(() => rarity.replace(even, PieceSet.none(size)))
    expect(again).toEqual({ words, pieces: 0 })
  })

  test('is a step for each word that has changed, when one takes the place of another', () => {
    const rarity = full()
    rarity.replace(PieceSet.none(size), even)
    rarity.find(0, 1, () => true)
    expect(counted(() => rarity.replace(even, even.with(1).with(100_001)))).toEqual({ words: 2, pieces: 2 })
    expect(counted(() => rarity.replace(even, even))).toEqual({ words: 0, pieces: 0 })
  })

  test('all pieces are sorted once for many bitfields, when the next is looked for', () => {
    const rarity = full()
    for (let n = 0; n < 10; n++) {
      rarity.replace(PieceSet.none(size), even)
      rarity.replace(even, PieceSet.none(size))
    }
    const sort = vi.spyOn(Buckets.prototype, 'sort')
    for (let n = 0; n < 10; n++) rarity.find(0, 1, () => true)
    expect(sort).toHaveBeenCalledTimes(1)
    vi.restoreAllMocks()
  })
})
