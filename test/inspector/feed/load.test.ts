import { expect, test } from 'vitest'
import { Load } from '../../../inspector/feed/load.ts'

test('events that come with every block are sampled, and a rare one is never crowded out by them', () => {
  const load = new Load()
  const takes = (type: string, count: number, at: number) =>
    Array.from({ length: count }, () => load.takes(type, at)).filter(Boolean).length
  expect(takes('wire.piece', 10_000, 0)).toBe(200)
  expect(takes('wire.choke', 1, 500)).toBe(1)
  expect(takes('wire.piece', 1, 999)).toBe(0)
  expect(takes('wire.piece', 1, 1_000)).toBe(1)
})

test('a second has a bound in all', () => {
  const load = new Load()
  const taken = Array.from({ length: 10_000 }, (_, i) => load.takes(`type.${i}`, 0)).filter(Boolean)
  expect(taken).toHaveLength(3_000)
})
