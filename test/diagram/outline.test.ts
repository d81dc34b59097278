import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { chartOf } from '../../diagram/edges.ts'
import { outlineOf } from '../../diagram/outline.ts'
import { chartToSvg } from '../../diagram/svg.ts'

const machine = setup({
  types: { events: {} as { type: string } },
  actions: { note: () => {} },
  guards: { isLate: () => true },
}).createMachine({
  id: 'm',
  initial: 'a',
  states: {
    a: {
      entry: 'note',
      on: { go: { guard: 'isLate', target: 'b', actions: 'note' }, look: { actions: 'note' } },
      always: { guard: 'isLate', target: 'b' },
    },
    b: {},
  },
})

describe('outlineOf', () => {
  it('keeps the states and what leads from one to another, with the event alone', () => {
    const { root, transitions } = outlineOf(chartOf(machine))
    expect(root.states.map(({ key, entry }) => ({ key, entry }))).toEqual([
      { key: 'a', entry: [] },
      { key: 'b', entry: [] },
    ])
    expect(transitions[0]).toEqual({ from: 'm.a', to: ['m.b'], trigger: 'go', actions: [], reenter: false })
  })

  it('keeps the condition of what no event sets off', () => {
    const { transitions } = outlineOf(chartOf(machine))
    expect(transitions.map(({ trigger, guard }) => [trigger, guard])).toEqual([
      ['go', undefined],
      ['always', 'isLate'],
    ])
  })

  it('is drawn without what a state does by itself', async () => {
    const svg = await chartToSvg(outlineOf(chartOf(machine)))
    expect(svg).toContain('go</text>')
    expect(svg).not.toMatch(/note|look/)
  })
})
