import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { delaysAsEvents } from '../../../testing/model/delays-as-events.ts'
import { explore } from '../../../testing/model/explore.ts'

const lamp = setup({
  types: { events: {} as { type: 'push' } },
  delays: { glow: 100, cool: 10 },
  guards: { isBroken: () => false },
}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { push: 'on' }, after: { cool: 'cold' } },
    on: {
      initial: 'bright',
      after: { glow: [{ guard: 'isBroken', target: 'off' }, { target: 'off' }] },
      states: { bright: {} },
    },
    cold: {},
  },
})

test('the end of each delay is an event by its name, with all its candidates, at every depth', () => {
  const { coverage, states } = explore(delaysAsEvents(lamp), {
    events: [{ type: 'push' }, { type: 'after.glow' }, { type: 'after.cool' }],
    serializeState: ({ value }) => JSON.stringify(value),
  })
  expect([...states.keys()]).toEqual(['"off"', '{"on":"bright"}', '"cold"'])
  expect(coverage.transitions.missed).toEqual(['lamp.on: after.glow [isBroken] → lamp.off'])
})

test('the machine itself is left as it was', () => {
  delaysAsEvents(lamp)
  expect(lamp.events.filter((type) => type.startsWith('after.'))).toEqual([])
})
