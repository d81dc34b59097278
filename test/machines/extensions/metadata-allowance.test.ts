import { describe, expect, it } from 'vitest'
import { MetadataAllowance } from '../../../machines/extensions/metadata-allowance.ts'

const minute = 60_000

/** How often it gives one of `max`, asked `times` times at once. */
const taken = (allowance: MetadataAllowance, times: number, max: number, at = 0): number =>
  Array.from({ length: times }, () => allowance.take(max, at)).filter(Boolean).length

describe('an allowance', () => {
  it.each([1, 64, 1280])('of %i is used up once', (max) => {
    const allowance = new MetadataAllowance()
    expect([taken(allowance, max, max), allowance.take(max, 0)]).toEqual([max, false])
  })

  it('of nothing gives nothing', () => {
    expect(new MetadataAllowance().take(0, 0)).toBe(false)
  })

  it.each([
    [1, 10],
    [5, 50],
    [10, 100],
    [60, 100],
  ])('of 100 has come back after %i minutes by %i', (minutes, back) => {
    const allowance = new MetadataAllowance()
    taken(allowance, 100, 100)
    expect(taken(allowance, 200, 100, minutes * minute)).toBe(back)
  })

  it('is not lost to a peer that is refused meanwhile', () => {
    const allowance = new MetadataAllowance()
    taken(allowance, 10, 10)
    const times = Array.from({ length: 70 }, (_, second) => allowance.take(10, second * 1_000))
    expect(times.filter(Boolean)).toHaveLength(1)
  })

  it('may grow: what was used up stays used up', () => {
    const allowance = new MetadataAllowance()
    taken(allowance, 10, 10)
    expect(taken(allowance, 100, 30)).toBe(20)
  })
})
