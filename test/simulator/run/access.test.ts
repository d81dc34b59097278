import { expect, test } from 'vitest'
import { accessOf, lookaheadMs } from '../../../simulator/run/access.ts'

const group = { name: 'homes', role: 'leecher', count: 1 } as const

test('the latency of a member is that of its group, by chance where the group has two, and never nothing', () => {
  expect(accessOf({ ...group, latencyMs: 30 }, () => 0.5).latencyMs).toBe(30)
  expect(accessOf({ ...group, latencyMs: [10, 50] }, () => 0.25).latencyMs).toBe(20)
  expect(accessOf(group, () => 0.5).latencyMs).toBe(20)
  expect(accessOf({ ...group, latencyMs: 0 }, () => 0.5).latencyMs).toBeGreaterThan(0)
})

test.each([
  ['the two that are nearest to the middle', [50, 7, 90, 12], 19],
  ['the tracker, where all are far from it', [100, 100], 40],
  ['the tracker, where there is one member', [5], 40],
])('parts may run as far ahead as the shortest way takes: that of %s', (_, latencies, ms) => {
  expect(lookaheadMs(latencies)).toBe(ms)
})
