import { expect, test } from 'vitest'
import { createContent } from '../../../simulator/run/content.ts'
import { alone, type Exchange, type Exchanged, runInStep } from '../../../simulator/run/lockstep.ts'
import { Part } from '../../../simulator/run/part.ts'
import { report } from '../../../simulator/run/report.ts'
import type { Scenario } from '../../../simulator/run/scenario.ts'
import { firstOf } from '../../in-full.ts'

/** An exchange for each of so many parts that run on one thread. */
function exchanges(parts: number): Exchange[] {
  let told: { nth: number; given: Parameters<Exchange>; resolve: (exchanged: Exchanged) => void }[] = []
  return Array.from({ length: parts }, (_, nth) => (...given) => {
    return new Promise((resolve) => {
      told.push({ nth, given, resolve })
      if (told.length < parts) return
      const all = told.sort((one, other) => one.nth - other.nth)
      told = []
      for (const { nth: own, resolve: answer } of all) {
        const mail = all.flatMap(({ given: [, packets] }) => packets[own] ?? [])
        // The order in which they come must not count.
        answer({ standings: all.map(({ given: [standing] }) => standing), mail: mail.reverse() })
      }
    })
  })
}

async function runIn(parts: number, scenario: Scenario) {
  const content = createContent(scenario, 3)
  const all = Array.from({ length: parts }, (_, nth) => new Part({ scenario, seed: 3, nth, parts, content }))
  const ways = parts === 1 ? [alone] : exchanges(parts)
  const runs = await Promise.all(all.map((part, nth) => runInStep(part, scenario, ways[nth] ?? alone, {})))
  for (const run of runs) expect(run).toEqual(runs[0])
  const { samples, seconds } = runs[0] ?? { samples: [], seconds: 0 }
  return report({ scenario, seed: 3, seconds, parts: all.map((part) => part.notes()), samples })
}

/** Something of everything: crashes, a cut, churn, a liar, datagrams, and equal latencies, by which much happens at one time. */
const eventful: Scenario = {
  name: 'eventful',
  description: '',
  torrent: { bytes: 150_000, pieceBytes: 16_384 },
  groups: [
    { name: 'seeder', role: 'seeder', count: 1, up: 100_000 },
    { name: 'homes', role: 'leecher', count: 2, up: 50_000, down: 200_000, has: 0.1 },
    {
      name: 'guests',
      role: 'leecher',
      count: 2,
      churn: { staysSeconds: 3, awaySeconds: 1 },
      joins: { at: 0, over: 2 },
    },
    { name: 'far', role: 'leecher', count: 2, transport: 'utp', lossRate: 0.01, jitterMs: 5, latencyMs: [10, 60] },
    { name: 'liar', role: 'liar', count: 1, lies: 0.5, up: 50_000 },
  ],
  events: [
    { at: 1, what: 'part', part: 0.3 },
    { at: 2, what: 'crash', group: 'homes', part: 0.5, backAfter: 1 },
    { at: 3, what: 'heal' },
    { at: 3.5, what: 'reset', part: 0.5 },
  ],
  maxSeconds: 10,
}

test('a run is the same, bit for bit, in however many parts it is done', async () => {
  const whole = await runIn(1, eventful)
  expect(whole.completed).toBeGreaterThan(2)
  expect(whole.violations).toEqual([])
  for (const parts of firstOf(1, [2, 3, 5])) expect(await runIn(parts, eventful)).toEqual(whole)
}, 120_000)
