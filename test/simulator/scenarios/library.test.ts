import { describe, expect, test } from 'vitest'
import { requireScenario } from '../../../simulator/run/requirements.ts'
import type { MemberResult, SimulationResult } from '../../../simulator/run/result.ts'
import { library } from '../../../simulator/scenarios/library.ts'
import { aResult } from '../run/a-result.ts'

const leecher: MemberResult = {
  address: '10.0.1.1',
  group: 'leechers',
  role: 'leecher',
  pieces: 1,
  seconds: 5,
  downloaded: 1,
  uploaded: 1,
  bannedBy: 0,
}

/** A run in which two have completed. */
const result = aResult({
  seconds: 100,
  medianSeconds: 5,
  slowestSeconds: 100,
  liars: 1,
  banned: 1,
  members: [leecher, { ...leecher, role: 'free_rider', seconds: 9 }],
})

/** What a run comes to, by the last claim of a scenario. */
const verdict = (name: string, more: Partial<SimulationResult>) => {
  const claim = library[name]?.expectations.at(-1)
  const came = { ...result, ...more }
  return claim && { isTested: claim.isTested?.(came) ?? true, holds: claim.holds(came) }
}

const few = Object.entries(library).flatMap(([name, { make }]) =>
  [4, 5, 6].flatMap((peers) => [0, 0.5, 0.9].map((liars) => ({ name, make, peers, liars }))),
)

test.each(few)('$name is a scenario also of $peers members, of which a part of $liars are liars', (one) => {
  const { make, peers, liars } = one
  const made = make({ peers, liars })
  expect(() => requireScenario(made)).not.toThrow()
  expect(made.groups.reduce((sum, { count }) => sum + count, 0)).toBe(peers)
})

describe('an expectation is put to the test', () => {
  test.each(Object.keys(library))('and holds in a run of %s that is as it is to be', (name) => {
    expect(verdict(name, {})).toEqual({ isTested: true, holds: true })
  })

  test.each<[string, string, Partial<SimulationResult>]>([
    ['partition', 'all are complete before the cut is healed', { slowestSeconds: 6 }],
    ['poisoning', 'there are no liars', { liars: 0, banned: 0 }],
    ['free_riders', 'there are no free riders', { members: [leecher] }],
    ['super_seeding', 'there is one downloader alone', { downloaders: 1, completed: 1 }],
    ['super_seeding', 'nobody got anything', { completed: 0, copiesSent: 0 }],
  ])('not in a run of %s in which %s', (name, _, more) => {
    expect(verdict(name, more)?.isTested).toBe(false)
  })

  test('and fails in a partition after which somebody never completes', () => {
    const { slowestSeconds, ...never } = result
    const claim = library.partition?.expectations.at(-1)
    expect([claim?.isTested?.(never), claim?.holds(never)]).toEqual([true, false])
  })
})
