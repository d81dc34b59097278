import { expect, test } from 'vitest'
import { type DoneActorEvent, type ErrorActorEvent, fromPromise, type SnapshotEvent, setup } from 'xstate'
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

test('how an invoked actor ends, and what it is at, are events by its id, named or not', () => {
  const fetching = setup({
    types: { events: {} as DoneActorEvent | ErrorActorEvent | SnapshotEvent },
    actors: { load: fromPromise(async () => 1) },
    actions: { note: () => {} },
  }).createMachine({
    id: 'fetching',
    initial: 'loading',
    states: {
      loading: {
        invoke: [
          { src: 'load', id: 'first', onDone: 'checking', onError: 'failed', onSnapshot: { actions: 'note' } },
          { src: 'load' },
        ],
      },
      checking: { invoke: { src: 'load', onDone: { target: 'done' } } },
      failed: {},
      done: {},
    },
  })
  const { coverage } = explore(delaysAsEvents(fetching), {
    events: [
      { type: 'xstate.done.actor.first', output: 1, actorId: 'first' },
      { type: 'xstate.error.actor.first', error: 'none', actorId: 'first' },
      { type: 'xstate.snapshot.first', snapshot: { status: 'active', output: undefined, error: undefined } },
      { type: 'xstate.done.actor.0.fetching.checking', output: 1, actorId: '0.fetching.checking' },
    ],
    serializeState: ({ value }) => JSON.stringify(value),
  })
  expect(coverage.states.missed).toEqual([])
  expect(coverage.transitions).toEqual({ seen: 4, total: 4, missed: [] })
})
