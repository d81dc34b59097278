import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rate } from '../../machines/rate.ts'

/** The rate after `seconds` of a second's feeding each, `bytes` every time. */
function feed(rate: Rate, from: number, seconds: number, bytes: number, everyMs = 1000): Rate {
  let fed = rate
  for (let at = from + everyMs; at <= from + seconds * 1000; at += everyMs) fed = fed.add(bytes, at)
  return fed
}

describe('a rate', () => {
  it('is 0 before anything came', () => {
    expect(Rate.start(5000).bytesPerSecond).toBe(0)
    expect(Rate.start(5000).add(1000, 5000).bytesPerSecond).toBe(0)
  })

  it('is right from the first second of a steady transfer on', () => {
    expect(feed(Rate.start(0), 0, 1, 300).bytesPerSecond).toBe(300)
    expect(feed(Rate.start(0), 0, 25, 300).bytesPerSecond).toBe(300)
  })

  it('is right ten seconds after an idle peer starts', () => {
    const idle = feed(Rate.start(0), 0, 60, 0)
    expect(feed(idle, 60_000, 5, 300).bytesPerSecond).toBeCloseTo(150)
    expect(feed(idle, 60_000, 10, 300).bytesPerSecond).toBe(300)
  })

  it('is 0 ten seconds after the last byte', () => {
    const busy = feed(Rate.start(0), 0, 30, 1000)
    expect(feed(busy, 30_000, 9, 0).bytesPerSecond).toBeGreaterThan(0)
    expect(feed(busy, 30_000, 10, 0).bytesPerSecond).toBe(0)
  })

  it('is within 10 % of a steady transfer however uneven the feeding', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1400 }), { minLength: 200, maxLength: 300 }), (gaps) => {
        let at = 0
        let rate = Rate.start(0)
        for (const gap of gaps) {
          at += gap
          rate = rate.add(gap * 50, at)
          if (at >= 10_000) expect(Math.abs(rate.bytesPerSecond - 50_000)).toBeLessThan(5000)
        }
      }),
    )
  })

  it('holds a bounded number of readings, fed a hundred times a second', () => {
    const rate = feed(Rate.start(0), 0, 60, 10, 10)
    expect((Reflect.get(rate, 'readings') as unknown[]).length).toBeLessThan(25)
    expect(rate.bytesPerSecond).toBeCloseTo(1000)
  })

  it('holds two readings of an idle peer, and rates what comes then over the window all the same', () => {
    const idle = feed(feed(Rate.start(0), 0, 5, 700), 5000, 60, 0, 1300)
    expect(idle.readings).toHaveLength(2)
    const at = idle.readings[1]?.at ?? 0
    expect(idle.add(3000, at + 1000).bytesPerSecond).toBe(300)
    expect(idle.add(3000, at + 1000).add(0, at + 10_000).bytesPerSecond).toBe(300)
    expect(idle.add(3000, at + 1000).add(0, at + 11_000).bytesPerSecond).toBe(0)
  })

  it('knows the bytes since the start, also those before its window', () => {
    expect(Rate.start(5000).total).toBe(0)
    expect(feed(Rate.start(0), 0, 60, 10, 100).total).toBe(6000)
  })

  it('leaves the rate before as it was, and prints as a number', () => {
    const before = feed(Rate.start(0), 0, 3, 100)
    before.add(5000, 4000)
    expect(before.bytesPerSecond).toBe(100)
    expect(JSON.stringify({ before })).toBe('{"before":100}')
  })

  it('goes on from the readings of another as that would', () => {
    const before = feed(Rate.start(0), 0, 3, 100)
    expect(Rate.of(before.readings)).toStrictEqual(before)
    expect(Rate.of(before.readings).add(7, 4000)).toStrictEqual(before.add(7, 4000))
  })
})
