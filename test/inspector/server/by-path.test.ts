import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { chartOf } from '../../../diagram/edges.ts'
import { byPath } from '../../../inspector/server/by-path.ts'
import { draw } from '../../../inspector/server/draw.ts'

const lamp = createMachine({
  initial: 'off',
  states: {
    off: { id: 'dark', on: { turn: '#bright' } },
    on: { id: 'light', initial: 'dim', states: { dim: { id: 'bright', on: { turn: '#dark' } } } },
  },
})

test('states with ids of their own, of a machine without one, are drawn under their paths', async () => {
  const chart = byPath(chartOf(lamp))
  expect(chart.transitions.map(({ from, to }) => [from, ...to])).toEqual([
    ['(machine).off', '(machine).on.dim'],
    ['(machine).on.dim', '(machine).off'],
  ])
  expect(chart.root.states.map(({ id, initial }) => [id, initial])).toEqual([
    ['(machine).off', undefined],
    ['(machine).on', '(machine).on.dim'],
  ])
  const { pictures } = await draw(chart)
  const titles = [...(pictures[0]?.svg.matchAll(/<title>([^<]*)<\/title>/g) ?? [])].map(([, title]) => title)
  expect(titles).toContain('(machine).off')
  expect(titles).toContain('(machine).on.dim')
  expect(titles).toContain('(machine).off&#45;&gt;(machine).on.dim')
})

test('a chart without ids of its own stays as it is', () => {
  const chart = chartOf(createMachine({ id: 'x', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }))
  expect(byPath(chart)).toEqual(chart)
})
