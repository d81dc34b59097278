import { beforeAll, describe, expect, test } from 'vitest'
import type { SimulationResult } from '../../../simulator/run/result.ts'
import { simulate } from '../../../simulator/run/simulate.ts'
import { library } from '../../../simulator/scenarios/library.ts'

const crowd = (size: object) => {
  const scenario = library.flash_crowd?.make(size)
  if (!scenario) throw new Error('the library has no flash crowd')
  return scenario
}

describe('a small crowd, a quarter of which are liars', () => {
  // Of half the size, the run is over before anybody has found a liar out.
  const bytes = 2 * 1024 * 1024
  const scenario = crowd({ peers: 8, bytes, liars: 0.25 })
  let first: SimulationResult
  beforeAll(async () => {
    first = await simulate(scenario, { seed: 1 })
  }, 60_000)

  test('runs anew by its seed, bit for bit', async () => {
    expect(await simulate(scenario, { seed: 1 })).toEqual(first)
  }, 60_000)

  test('completes, though wrong blocks were given; nobody honest is banned, every liar is banned or starved', () => {
    expect(first).toMatchObject({ peers: 8, liars: 2, downloaders: 5, completed: 5, honestBanned: 0, violations: [] })
    expect(first.banned + first.starved).toBe(2)
    expect(first.corruptBytes).toBeGreaterThan(0)
  })

  test('takes no less time than the lines allow, and what is counted adds up', () => {
    const { copiesSent, medianSeconds = 0, members, messages, optimalSeconds, overhead, samples, wireBytes } = first
    expect(medianSeconds).toBeGreaterThan(optimalSeconds)
    const downloaded = members.reduce((sum, member) => sum + member.downloaded, 0)
    const uploaded = members.reduce((sum, member) => sum + member.uploaded, 0)
    expect(downloaded).toBeGreaterThanOrEqual(5 * bytes)
    expect(uploaded).toBeGreaterThanOrEqual(downloaded)
    expect(wireBytes).toBeGreaterThan(uploaded)
    expect(overhead).toBeGreaterThan(0)
    expect(overhead).toBeLessThan(0.05)
    expect(copiesSent).toBeGreaterThanOrEqual(1)
    expect(messages.piece).toBeGreaterThanOrEqual((5 * bytes) / 16_384)
    expect(samples.at(-1)).toMatchObject({ completed: 5, part: 1, rarestCopies: 6 })
  })
})

test('another seed is another run', async () => {
  const tiny = crowd({ peers: 4, bytes: 64 * 1024 })
  const digests = await Promise.all([1, 2].map(async (seed) => (await simulate(tiny, { seed })).digest))
  expect(digests[0]).not.toBe(digests[1])
})

test('a signal ends it', async () => {
  const ending = new AbortController()
  const running = simulate(crowd({ peers: 4 }), { signal: ending.signal, onProgress: () => ending.abort('enough') })
  await expect(running).rejects.toBe('enough')
})
