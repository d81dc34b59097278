import { expect, test } from 'vitest'
import { library } from '../../../simulator/scenarios/library.ts'
import { sizeOf } from '../../../simulator/scenarios/lines.ts'

test.each([
  ['as many as the scenario has, where nothing is said', undefined, 2],
  ['none, where none is asked for', 0, 0],
  ['as many as are asked for', 0.5, 5],
])('liars: %s', (_, liars, count) => {
  const { groups } = library.poisoning?.make({ peers: 10, ...(liars !== undefined && { liars }) }) ?? { groups: [] }
  expect(groups.find(({ role }) => role === 'liar')?.count ?? 0).toBe(count)
  expect(groups.reduce((sum, group) => sum + group.count, 0)).toBe(10)
})

test.each([
  ['fewer than 4 members', { peers: 3 }, 'at least 4 members, not 3'],
  ['liars alone', { liars: 1 }, 'from 0 to below 1, not 1'],
  ['a part of liars that is no number', { liars: Number.NaN }, 'from 0 to below 1, not NaN'],
])('%s are refused', (_, size, message) => {
  expect(() => sizeOf(size)).toThrow(message)
})
