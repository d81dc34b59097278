import { expect, test } from 'vitest'
import { optimalSeconds } from '../../../simulator/run/optimum.ts'
import type { Group } from '../../../simulator/run/scenario.ts'

const of = (bytes: number, ...groups: readonly Group[]) =>
  optimalSeconds({ name: 'one', description: '', torrent: { bytes, pieceBytes: 16_384 }, groups })

const seeder = { name: 'seeder', role: 'seeder', count: 1, up: 100 } as const
const leechers = { name: 'leechers', role: 'leecher', count: 9, up: 50, down: 200 } as const

test('what all lines up need for all copies, where that is longest', () => {
  expect(of(1_000, { ...seeder, up: 1_000 }, leechers)).toBeCloseTo(9_000 / 1_450)
})

test('what the seeder needs for the first copy, where that is longest', () => {
  expect(of(1_000, { ...seeder, up: 10 }, { ...leechers, up: 1_000 })).toBe(100)
})

test('what the slowest line down needs, where that is longest', () => {
  const slow = { ...leechers, name: 'slow', count: 1, down: 5 }
  expect(of(1_000, { ...seeder, up: 1_000 }, leechers, slow)).toBe(200)
})

test('free riders take and do not give, liars give nothing of use', () => {
  const rider = { ...leechers, name: 'rider', role: 'free_rider', count: 1 } as const
  const liar = { ...leechers, name: 'liar', role: 'liar', count: 5 } as const
  expect(of(1_000, { ...seeder, up: 500 }, leechers, rider, liar)).toBeCloseTo(10_000 / 950)
})

test('what leechers have at the start need not come', () => {
  expect(of(1_000, seeder, { ...leechers, has: 0.5 })).toBeCloseTo(4_500 / 550)
})
