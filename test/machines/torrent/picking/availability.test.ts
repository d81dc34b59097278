import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Availability } from '../../../../machines/torrent/picking/availability.ts'

test('counts what was added and not removed, 32 pieces at a time', () => {
  const word = fc.nat(2)
  const bits = fc.nat(0xffff_ffff)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, bits), { maxLength: 40 }), fc.array(fc.nat(39)), (added, removals) => {
      const availability = new Availability(96)
      for (const one of added) availability.add(...one)
      const kept = new Set(added)
      for (const nth of removals) {
        const one = added[nth]
        if (one && kept.delete(one)) availability.remove(...one)
      }
      for (let index = 0; index < 96; index++) {
        const holders = [...kept].filter(([at, has]) => at === index >>> 5 && (has >>> (31 - (index & 31))) & 1)
        expect(availability.of(index)).toBe(holders.length)
        expect((availability.anyOf(index >>> 5) >>> (31 - (index & 31))) & 1).toBe(Number(holders.length > 0))
      }
    }),
  )
})

test('piece 0 is the highest bit of the first word (BEP 3)', () => {
  const availability = new Availability(40)
  availability.add(0, 0x8000_0001)
  availability.add(1, 0x8000_0000)
  expect(
    Array.from({ length: 40 }, (_, index) => availability.of(index)).flatMap((n, index) => (n ? [index] : [])),
  ).toEqual([0, 31, 32])
})
