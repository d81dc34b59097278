import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'
import { type ExploreOptions, explore } from '../../../testing/model/explore.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { tour } from '../../../testing/model/tour.ts'
import { toyDoor } from './toy-door.ts'

const options: ExploreOptions<typeof toyDoor> = {
  input: { codesMax: 3 },
  events: [
    { type: 'user.code', code: 42 },
    { type: 'user.code', code: 1 },
    { type: 'user.push' },
    { type: 'user.pull' },
    { type: 'timer.relock' },
  ],
  serializeState: ({ value, context }) => JSON.stringify([value, context.wrongCodes]),
}

describe('tour', () => {
  it('takes every transition definition that exploration took, in few walks from the start', () => {
    const exploration = explore(toyDoor, options)
    const walks = tour(toyDoor, exploration, options)
    const stepper = createStepper(toyDoor, options.input)
    const taken = new Set(
      walks.flatMap((walk) => {
        let now = stepper.start().snapshot
        return walk.flatMap((event) => {
          const step = stepper.next(now, event)
          now = step.snapshot
          return step.taken
        })
      }),
    )
    expect(taken.size).toBe(exploration.coverage.transitions.seen)
    expect(walks.length).toBe(1)
    expect(walks.flat().length).toBeLessThan(10)
  })

  it('starts a new walk where a terminal state ends one', () => {
    const ending = setup({}).createMachine({
      initial: 'on',
      states: { on: { on: { stop: 'off', fail: 'failed' } }, off: { type: 'final' }, failed: {} },
    })
    const ways = {
      events: [{ type: 'stop' }, { type: 'fail' }],
      serializeState: ({ value }: { value: unknown }) => String(value),
    }
    expect(tour(ending, explore(ending, ways), ways)).toEqual([[{ type: 'stop' }], [{ type: 'fail' }]])
  })

  it('still covers what it can when the state key leaves out what a guard reads', () => {
    const counting = setup({
      types: { context: {} as { count: number }, events: {} as { type: 'add' | 'spend' | 'visit' | 'leave' } },
      guards: { hasOne: ({ context }) => context.count === 1 },
      actions: { add: assign({ count: ({ context }) => context.count + 1 }) },
    }).createMachine({
      context: { count: 0 },
      initial: 'home',
      states: {
        home: { on: { visit: { target: 'away', actions: 'add' } } },
        away: {
          on: { add: { target: 'home', actions: 'add' }, leave: 'home', spend: { guard: 'hasOne', target: 'spent' } },
        },
        spent: {},
      },
    })
    const ways: ExploreOptions<typeof counting> = {
      events: [{ type: 'add' }, { type: 'leave' }, { type: 'spend' }, { type: 'visit' }],
      serializeState: ({ value }) => String(value),
    }
    const walks = tour(counting, explore(counting, ways), ways)
    expect(walks.flat().map(({ type }) => type)).toEqual(expect.arrayContaining(['add', 'leave', 'visit', 'spend']))
    expect(walks.at(-1)?.slice(-2)).toEqual([{ type: 'visit' }, { type: 'spend' }])
  })
})
