import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eachBit, PieceSet } from '../../machines/piece-set.ts'
import { runs } from '../in-full.ts'

/** Sizes around the borders of bytes, words and pages. */
const sizes = fc.constantFrom(1, 7, 8, 9, 31, 32, 33, 2047, 2048, 2049, 4096, 5000)
const sized = sizes.chain((size) =>
  fc.record({
    size: fc.constant(size),
    ours: fc.uniqueArray(fc.nat(size - 1), { maxLength: 300 }),
    theirs: fc.uniqueArray(fc.nat(size - 1), { maxLength: 300 }),
  }),
)

function setOf(size: number, indexes: Iterable<number>): PieceSet {
  let set = PieceSet.none(size)
  for (const index of indexes) set = set.with(index)
  return set
}

describe('a set of pieces', () => {
  it('puts piece 0 in the highest bit of the first byte (BEP 3)', () => {
    expect([...(PieceSet.fromBits(Uint8Array.of(0b1000_0001, 0b0100_0000), 10)?.indexes() ?? [])]).toEqual([0, 7, 9])
    expect(setOf(10, [0, 7, 9]).toBits()).toEqual(Uint8Array.of(0b1000_0001, 0b0100_0000))
  })

  it.each([
    ['too short', Uint8Array.of(0), 9],
    ['too long', Uint8Array.of(0, 0), 8],
    ['empty', new Uint8Array(0), 1],
    ['with a spare bit', Uint8Array.of(0, 0b0100_0000), 9],
    ['with the last spare bit', Uint8Array.of(0, 1), 9],
  ])('is not made of a bitfield %s (BEP 3)', (_, bits, size) => {
    expect(PieceSet.fromBits(bits, size)).toBeUndefined()
  })

  it('keeps a bitfield although the bytes it came in are read into again', () => {
    const bits = Uint8Array.of(0b1010_0000)
    const set = PieceSet.fromBits(bits, 3)
    bits.fill(0)
    expect([...(set?.indexes() ?? [])]).toEqual([0, 2])
  })

  it('is what its changes say, and each older version stays as it was', () => {
    fc.assert(
      fc.property(
        sizes.chain((size) => fc.tuple(fc.constant(size), fc.array(fc.nat(size - 1)), fc.boolean())),
        ([size, flips, full]) => {
          const model = new Set(full ? Array.from({ length: size }, (_, index) => index) : [])
          let set = full ? PieceSet.all(size) : PieceSet.none(size)
          for (const index of flips) {
            const before = set
            const had = model.has(index)
            set = had ? set.without(index) : set.with(index)
            if (had) model.delete(index)
            else model.add(index)
            expect(before.has(index)).toBe(had)
            expect(set.has(index)).toBe(!had)
            expect(set.count).toBe(model.size)
          }
          expect([...set.indexes()]).toEqual([...model].sort((a, b) => a - b))
          expect(PieceSet.fromBits(set.toBits(), size)).toEqual(set)
          expect(PieceSet.fromBits(set.toBits(), size)?.equals(set)).toBe(true)
          expect([set.isAll, set.isNone]).toEqual([model.size === size, model.size === 0])
        },
      ),
    )
  })

  it('counts and finds what it has and another lacks', () => {
    fc.assert(
      fc.property(
        sized,
        fc.nat(5000),
        fc.boolean(),
        fc.boolean(),
        ({ size, ours, theirs }, from, invertOurs, invertTheirs) => {
          const make = (indexes: number[], invert: boolean) => {
            let set = invert ? PieceSet.all(size) : PieceSet.none(size)
            for (const index of indexes) set = invert ? set.without(index) : set.with(index)
            return set
          }
          const [a, b] = [make(ours, invertOurs), make(theirs, invertTheirs)]
          const missing = [...a.indexes()].filter((index) => !b.has(index))
          expect(a.countMissingFrom(b)).toBe(missing.length)
          expect(a.nextMissingFrom(b, from)).toBe(missing.find((index) => index >= from) ?? -1)
          expect(a.equals(b)).toBe(missing.length === 0 && a.count === b.count)
        },
      ),
    )
  })

  it('has no piece outside the torrent', () => {
    for (const set of [PieceSet.all(10), setOf(10, [9])]) {
      for (const index of [-1, 10, 15, 2048, Number.NaN]) expect(set.has(index)).toBe(false)
    }
  })

  it.each([-1, 10, 0.5, Number.NaN])('throws for piece %s of 10', (index) => {
    expect(() => PieceSet.none(10).with(index)).toThrow(RangeError)
    expect(() => PieceSet.all(10).without(index)).toThrow(RangeError)
  })

  it.each([0, -1, 1.5, Number.NaN])('throws for a torrent of %s pieces', (size) => {
    expect(() => PieceSet.none(size)).toThrow(RangeError)
    expect(() => PieceSet.all(size)).toThrow(RangeError)
  })

  it('throws beside a set of another torrent', () => {
    expect(() => PieceSet.all(10).countMissingFrom(PieceSet.none(11))).toThrow(RangeError)
  })

  it('shares all pages but the changed one with the version before', () => {
    const before = setOf(100_000, [0, 50_000, 99_999])
    const after = before.with(50_001)
    const pagesOf = (set: PieceSet) => Reflect.get(set, 'pages') as readonly Uint32Array[]
    const copied = pagesOf(after).filter((page, at) => page !== pagesOf(before)[at])
    expect(copied.map((page) => page.byteLength)).toEqual([256])
  })

  it('costs a reference or nothing where it is empty or full', () => {
    const pagesOf = (set: PieceSet) => Reflect.get(set, 'pages') as readonly Uint32Array[] | undefined
    expect(pagesOf(PieceSet.all(100_000))).toBeUndefined()
    expect(pagesOf(setOf(64, [5]).without(5))).toBeUndefined()
    const filledPage = pagesOf(
      setOf(
        5000,
        Array.from({ length: 2048 }, (_, at) => at),
      ),
    )
    expect(filledPage?.[0]).toBe(pagesOf(PieceSet.all(5000).without(4999))?.[0])
    expect(filledPage?.[1]).toBe(filledPage?.[2])
  })

  it.each([
    ['all', PieceSet.all(12)],
    ['none', PieceSet.none(12)],
    ['8010', setOf(12, [0, 11])],
  ])('prints as %s', (text, set) => {
    expect(JSON.stringify(set)).toBe(`"${text}"`)
  })

  it('differs from another in the words that it says, and in no other', () => {
    const kind = fc.constantFrom('some', 'all', 'none')
    fc.assert(
      fc.property(sized, kind, kind, ({ size, ours, theirs }, ourKind, theirKind) => {
        const made = (how: string, indexes: number[]) =>
          how === 'all' ? PieceSet.all(size) : how === 'none' ? PieceSet.none(size) : setOf(size, indexes)
        const before = made(ourKind, ours)
        const after = made(theirKind, theirs)
        const changed: number[] = []
        PieceSet.differences(before, after, (word, old, now) => {
          expect(old).not.toBe(now)
          eachBit(word, old ^ now, (index) => changed.push(index))
          eachBit(word, old, (index) => expect(before.has(index)).toBe(true))
          eachBit(word, now, (index) => expect(after.has(index)).toBe(true))
        })
        const all = Array.from({ length: size }, (_, index) => index)
        expect(changed).toEqual(all.filter((index) => before.has(index) !== after.has(index)))
      }),
      { numRuns: runs(30, 100) },
    )
  })
})
