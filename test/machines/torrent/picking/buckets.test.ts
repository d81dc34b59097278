import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Buckets } from '../../../../machines/torrent/picking/buckets.ts'
import { seededRandom } from '../random.ts'

describe('buckets', () => {
  it('hold what was added and not removed, in the order of their keys', () => {
    const step = fc.tuple(fc.constantFrom('add', 'remove', 'rekey'), fc.nat(19), fc.nat(6))
    fc.assert(
      fc.property(fc.array(step), fc.nat(), (steps, seed) => {
        const buckets = new Buckets(20, seededRandom(seed))
        const members = new Set<number>()
        const keys = new Array<number>(20).fill(0)
        for (const [name, index, key] of steps) {
          if (name === 'add') {
            buckets.add(index)
            members.add(index)
          } else if (name === 'remove') {
            buckets.remove(index)
            members.delete(index)
          } else {
            buckets.rekey(index, key)
            keys[index] = key
          }
          const seen: number[] = []
          buckets.find(0, 1000, (one) => seen.push(one) < 0)
          expect(new Set(seen)).toEqual(members)
          expect(seen.map((one) => keys[one])).toEqual(seen.map((one) => keys[one]).sort())
          expect(keys.map((_, one) => buckets.keyOf(one))).toEqual(keys)
          expect(keys.map((_, one) => buckets.has(one))).toEqual(keys.map((_, one) => members.has(one)))
          expect(buckets.size).toBe(members.size)
          expect(buckets.countAt(3)).toBe(seen.filter((one) => keys[one] === 3).length)
        }
      }),
    )
  })

  it('look at so many members and no more, from a key on', () => {
    const buckets = new Buckets(10, seededRandom(1))
    for (let index = 0; index < 10; index++) {
      buckets.rekey(index, index)
      buckets.add(index)
    }
    const seen: number[] = []
    expect(buckets.find(2, 3, (index) => seen.push(index) > 3)).toBe(-1)
    expect(seen).toEqual([2, 3, 4])
    expect(buckets.find(2, 3, (index) => index === 4)).toBe(4)
    expect(buckets.find(11, 3, () => true)).toBe(-1)
  })

  it('keep equal keys in random order, whatever order they came in', () => {
    const chances = new Map<number, number>()
    for (let seed = 0; seed < 3000; seed++) {
      const buckets = new Buckets(5, seededRandom(seed))
      for (let index = 0; index < 5; index++) buckets.add(index)
      const first = buckets.find(0, 1, () => true)
      chances.set(first, (chances.get(first) ?? 0) + 1 / 3000)
    }
    for (let index = 0; index < 5; index++) expect(chances.get(index)).toBeCloseTo(0.2, 1)
  })
})
