import { describe, expect, test } from 'vitest'
import { simulate } from '../../../simulator/run/simulate.ts'
import { type Expectation, library } from '../../../simulator/scenarios/library.ts'

/**
 * Small enough for a test: what holds of large swarms alone is left to `peerchart simulate`. Each packet of uTP costs as much as a block. Among
 * fewer than two dozen members it is chance whether members that give are done first. What is cut off is not to have all before.
 */
const sizes: Readonly<Record<string, object>> = {
  utp: { peers: 4, bytes: 256 * 1024 },
  free_riders: { peers: 24, bytes: 4 * 1024 * 1024 },
  partition: { peers: 8, bytes: 24 * 1024 * 1024 },
}
const small = { peers: 8, bytes: 2 * 1024 * 1024 }

/** In a swarm so small the first seconds, in which connections are made, are a large part of the whole. */
const ofLargeSwarms = /1\.5 times the least time/

test.each(Object.entries(library))(
  '%s ends as is expected',
  async (name, { make, expectations }) => {
    const result = await simulate(make(sizes[name] ?? small))
    const { completed, downloaders, violations } = result
    expect({ completed, violations }).toEqual({ completed: downloaders, violations: [] })
    const isMet = ({ holds, isTested }: Expectation) => (isTested?.(result) ?? true) && holds(result)
    const unmet = expectations.filter((one) => !ofLargeSwarms.test(one.claim) && !isMet(one))
    expect(unmet.map(({ claim }) => claim)).toEqual([])
  },
  120_000,
)

describe('a large scenario', () => {
  test('has as many members as it is asked for, whatever the part of liars', () => {
    for (const { make } of Object.values(library)) {
      const { groups } = make({ peers: 100, bytes: 64 * 1024 * 1024, liars: 0.2 })
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(100)
      expect(groups.find(({ role }) => role === 'liar')?.count).toBe(20)
    }
  })
})
