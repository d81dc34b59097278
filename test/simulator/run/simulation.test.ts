import { describe, expect, test } from 'vitest'
import type { Group, Scenario, ScenarioEvent } from '../../../simulator/run/scenario.ts'
import { simulate } from '../../../simulator/run/simulate.ts'
import { firstOf, longTest } from '../../in-full.ts'

/** A torrent of one block. */
const torrent = { bytes: 1_000, pieceBytes: 16_384 }

/** What keeps the run going until its end: it is awaited, and comes too late. */
const late: Group = { name: 'late', role: 'leecher', count: 1, joins: { at: 1_000, over: 0 } }

const swarm = (groups: readonly Group[], events: readonly ScenarioEvent[] = [], maxSeconds = 60): Scenario => ({
  name: 'one',
  description: '',
  torrent,
  groups: [...groups, late],
  events,
  maxSeconds,
})

const restless: Group = {
  name: 'restless',
  role: 'seeder',
  count: 3,
  churn: { staysSeconds: 4, awaySeconds: 4 },
}

/** The most members that are there at one time from a second on, and the least. */
async function presentFrom(second: number, scenario: Scenario) {
  const { samples, violations } = await simulate(scenario, { seed: 1 })
  expect(violations).toEqual([])
  const present = samples.filter(({ at }) => at > second).map((sample) => sample.present)
  expect(present.length).toBeGreaterThan(20)
  return { most: Math.max(...present), least: Math.min(...present) }
}

// A virtual minute of several torrents takes seconds, and several times as many on a busy machine.
describe('a swarm whose members come, go and crash', { timeout: 120_000 }, () => {
  longTest('a member that comes and goes does so to the end', async () => {
    expect((await presentFrom(30, swarm([restless]))).most).toBeGreaterThan(1)
  })

  test.each(
    firstOf<[string, Group, readonly ScenarioEvent[]]>(1, [
      ['an event says so', restless, [{ at: 20, what: 'leave', part: 1, group: 'restless' }]],
      ['it crashes and is not to be back', restless, [{ at: 20, what: 'crash', part: 1, group: 'restless' }]],
      ['its time since it was complete is over', { ...restless, role: 'leecher', has: 1, staysSeconds: 10 }, []],
    ]),
  )('a complete member that left for good since %s does not come again', async (_, group, events) => {
    expect((await presentFrom(30, swarm([group], events))).most).toBe(0)
  })

  test('a downloader that left for good when it had everything counts as complete', async () => {
    const leechers: Group = { name: 'leechers', role: 'leecher', count: 2, staysSeconds: 5 }
    const result = await simulate(swarm([{ name: 'seeder', role: 'seeder', count: 1 }, leechers], [], 60))
    // With the one that came too late.
    expect(result).toMatchObject({ completed: 2, downloaders: 3 })
  })

  longTest(
    'a process that began after a crash stays for a time of its own, not for what was left to those before',
    async () => {
      const group = { ...restless, churn: { staysSeconds: 300, awaySeconds: 1e6 } }
      const crashes = Array.from({ length: 40 }, (_, nth): ScenarioEvent => {
        return { at: 1 + nth / 4, what: 'crash', part: 1, group: 'restless', backAfter: 0.1 }
      })
      expect((await presentFrom(30, swarm([group], crashes))).least).toBeGreaterThan(1)
    },
  )

  test('a crash brings nobody back that is away', async () => {
    const group = { ...restless, churn: { staysSeconds: 0.5, awaySeconds: 1e6 } }
    const crash: ScenarioEvent = { at: 20, what: 'crash', part: 1, group: 'restless', backAfter: 20 }
    expect((await presentFrom(30, swarm([group], [crash]))).most).toBe(0)
  })
})
