import { expect, test } from 'vitest'
import { assign, raise, setup } from 'xstate'
import { explore } from '../../../testing/model/explore.ts'
import { describePairs, stateEventPairs } from '../../../testing/model/pairs.ts'

/** A lift and its light: the light takes what stops the lift, and a fall that only it notices. */
const lift = setup({
  types: {
    context: {} as { isBroken: boolean },
    events: {} as
      | { type: 'lift.call' | 'lift.fire' | 'lift.fall' | 'lift.broke' | 'lift.look' }
      | { type: 'lift.shake'; isHard: boolean },
  },
  actions: { noteBroken: assign({ isBroken: true }), tellBroken: raise({ type: 'lift.broke' }), look: () => {} },
  guards: { isNever: () => false, isHard: ({ event }) => event.type === 'lift.shake' && event.isHard },
}).createMachine({
  id: 'lift',
  type: 'parallel',
  context: { isBroken: false },
  states: {
    cabin: {
      initial: 'below',
      on: { 'lift.broke': { target: '.broken', actions: 'noteBroken' }, 'lift.look': { actions: 'look' } },
      states: {
        below: {
          on: {
            'lift.call': 'above',
            'lift.fire': { target: 'broken', actions: 'noteBroken' },
            'lift.shake': [{ guard: 'isHard', target: 'broken', actions: 'noteBroken' }, {}],
          },
        },
        above: { on: { 'lift.call': {}, 'lift.look': {}, 'lift.fire': [{ guard: 'isNever', target: 'below' }, {}] } },
        broken: {},
      },
    },
    light: {
      initial: 'on',
      states: {
        on: {
          on: { 'lift.fire': 'off', 'lift.shake': 'off', 'lift.fall': { actions: 'tellBroken' }, 'lift.broke': 'off' },
        },
        off: {},
      },
    },
  },
})

const options = {
  events: [
    ...(['lift.call', 'lift.fire', 'lift.fall', 'lift.look'] as const).map((type) => ({ type })),
    ...[true, false].map((isHard) => ({ type: 'lift.shake', isHard }) as const),
  ],
  serializeState: ({ value, context }: { readonly value: unknown; readonly context: object }) =>
    JSON.stringify([value, context]),
}
const table = describePairs(
  stateEventPairs(lift, [explore(lift, options)], { isFault: ({ context }) => context.isBroken }),
)

test('a transition without target and action leaves its event ignored, though one around it would take it', () => {
  expect(table).toContain('lift.cabin.above\nlift.cabin.broken\n')
})

test('a fault is one to the state whose own transition leads to it, and to no other region that takes the event, nor to one that ignores it in some cases', () => {
  expect(table).toContain('lift.cabin.below\n  handled: lift.call lift.look lift.shake\n  fault: lift.fire\n')
  expect(table).toContain('lift.light.on\n  handled: lift.fire lift.shake\n  fault: lift.fall\n')
})

test('what a transition raises is followed to the fault', () => {
  expect(table).toContain('  fault: lift.fall\n')
})

test('a chart without states is one state of its own', () => {
  const bell = setup({
    types: { events: {} as { type: 'bell.push' | 'bell.oil' } },
    actions: { ring: () => {} },
  }).createMachine({ id: 'bell', on: { 'bell.push': { actions: 'ring' }, 'bell.oil': {} } })
  const events = (['bell.push', 'bell.oil'] as const).map((type) => ({ type }))
  const pairs = stateEventPairs(bell, [explore(bell, { events, serializeState: () => '' })], {})
  expect(describePairs(pairs)).toBe('bell\n  handled: bell.push\n')
})
