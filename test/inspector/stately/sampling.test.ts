import { describe, expect, test } from 'vitest'
import { Sampling } from '../../../inspector/stately/sampling.ts'

const sampled = () => {
  let at = 0
  const sampling = new Sampling(() => at)
  return { sampling, later: (ms: number) => (at += ms) }
}

describe('of what one actor says to another again and again', () => {
  test('the first of each type in a second is shown', () => {
    const { sampling, later } = sampled()
    const said = (from: string, to: string, type: string) => sampling.takesEvent(from, to, type)
    expect([
      said('a', 'b', 'x'),
      said('a', 'b', 'x'),
      said('a', 'b', 'y'),
      said('c', 'b', 'x'),
      said('a', 'c', 'x'),
    ]).toEqual([true, false, true, true, true])
    later(999)
    expect(said('a', 'b', 'x')).toBe(false)
    later(1)
    expect([said('a', 'b', 'x'), said('a', 'b', 'x')]).toEqual([true, false])
  })

  test('500 kinds are shown in a second, and 500 changes of states', () => {
    const { sampling, later } = sampled()
    const all = () => ({
      kinds: Array.from({ length: 700 }, (_, i) => sampling.takesEvent('a', `${i}`, 'x')).filter(Boolean).length,
      changes: Array.from({ length: 700 }, () => sampling.takesChange()).filter(Boolean).length,
    })
    expect(all()).toEqual({ kinds: 500, changes: 500 })
    expect(all()).toEqual({ kinds: 0, changes: 0 })
    later(1_000)
    expect(all()).toEqual({ kinds: 500, changes: 500 })
  })
})
