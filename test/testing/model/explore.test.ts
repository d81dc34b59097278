import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { type ExploreOptions, explore } from '../../../testing/model/explore.ts'
import { report } from '../../../testing/model/report.ts'
import { longTest } from '../../in-full.ts'
import { toyDoor } from './toy-door.ts'

const options: ExploreOptions<typeof toyDoor> = {
  input: { codesMax: 3 },
  events: [
    { type: 'user.code', code: 42 },
    { type: 'user.code', code: 1 },
    { type: 'user.push' },
    { type: 'user.pull' },
    { type: 'user.kick' },
    { type: 'timer.relock' },
  ],
  serializeState: ({ value, context }) => JSON.stringify([value, context.wrongCodes]),
}

describe('explore', () => {
  it('reaches every state that payloads, raised events and `always` lead to', () => {
    const { coverage, states } = explore(toyDoor, options)
    expect(coverage.states).toEqual({ seen: 7, total: 7, missed: [] })
    expect(states.size).toBe(8)
  })

  it('counts transitions by definition and names the one that is never taken', () => {
    const { transitions, regions } = explore(toyDoor, options).coverage
    expect(transitions.missed).toEqual(['toy.lock.locked: user.kick [neverHolds] → toy.lock.unlocked'])
    expect([transitions.seen, transitions.total]).toEqual([9, 10])
    expect(regions['toy.lock']).toMatchObject({ states: { seen: 3, total: 3 }, transitions: { seen: 4, total: 5 } })
    expect(regions.toy).toMatchObject({ states: { total: 0 }, transitions: { seen: 1, total: 1 } })
  })

  it('misses the second candidate of an event without its payload case', () => {
    const events = [{ type: 'user.code', code: 42 } as const]
    const { missed } = explore(toyDoor, { ...options, events }).coverage.transitions
    expect(missed).toContain('toy.lock.locked: user.code [not tooMany] / countCode → stays')
  })

  it('takes the events to try from the state when they are a function', () => {
    const events: typeof options.events = ({ context }) =>
      context.wrongCodes < 1 ? [{ type: 'user.code', code: 1 }] : []
    expect(explore(toyDoor, { ...options, events }).states.size).toBe(2)
  })

  it('tries no event where it cannot happen', () => {
    const filterEvents: typeof options.filterEvents = ({ value }, { type }) =>
      value.lock !== 'locked' || type !== 'user.code'
    expect(explore(toyDoor, { ...options, filterEvents }).states.size).toBe(1)
  })

  it('shows the shortest path of events to a broken invariant', () => {
    const invariants: typeof options.invariants = {
      'the lamp is red while the door is open': {
        source: 'the caretaker',
        holds: ({ value }) => !(value.door === 'open' && value.lamp === 'green') || `lamp ${value.lamp}`,
      },
    }
    expect(() => explore(toyDoor, { ...options, invariants })).toThrow(
      [
        'invariant broken: the lamp is red while the door is open (the caretaker): lamp green',
        'in {"lock":"unlocked","door":"open","lamp":"green"}',
        'by',
        '  1. user.code {"code":42}',
        '  2. user.push',
      ].join('\n'),
    )
  })

  it('says so when an invariant does not hold at the start', () => {
    expect(() =>
      explore(toyDoor, { ...options, invariants: { never: { source: 'nobody', holds: () => false } } }),
    ).toThrow(/invariant broken: never \(nobody\)\nin .*\nat the start/)
  })

  it('shows the path to what the machine throws', () => {
    const fragile = setup({
      guards: {
        breaks: () => {
          throw new Error('no such piece')
        },
      },
    }).createMachine({
      initial: 'idle',
      states: { idle: { on: { go: 'busy' } }, busy: { on: { go: { guard: 'breaks', target: 'idle' } } } },
    })
    const walk = () => explore(fragile, { events: [{ type: 'go' }], serializeState: ({ value }) => String(value) })
    expect(walk).toThrow(/the machine threw: .*no such piece\nby\n {2}1\. go\n {2}2\. go/s)
  })

  it('tries nothing on a machine that is done', () => {
    const ending = setup({}).createMachine({
      initial: 'on',
      states: { on: { on: { stop: 'off' } }, off: { type: 'final' } },
      on: { stop: { actions: () => {} } },
    })
    const { edgeCount } = explore(ending, { events: [{ type: 'stop' }], serializeState: ({ value }) => String(value) })
    expect(edgeCount).toBe(1)
  })

  it('stops at the bound when the state key is too fine', () => {
    expect(() => explore(toyDoor, { ...options, statesMax: 4 })).toThrow('more than 4 states')
  })

  longTest('walks the 22,528 edges of eleven independent regions', () => {
    const keys = Array.from({ length: 11 }, (_, index) => `r${index}`)
    const wide = setup({ types: { events: {} as { type: string } } }).createMachine({
      id: 'wide',
      type: 'parallel',
      states: Object.fromEntries(
        keys.map((key) => [key, { initial: 'a', states: { a: { on: { [key]: 'b' } }, b: { on: { [key]: 'a' } } } }]),
      ),
    })
    const found = explore(wide, {
      events: keys.map((type) => ({ type })),
      serializeState: ({ value }) => JSON.stringify(value),
    })
    expect(found.edgeCount).toBe(2 ** 11 * 11)
  })
})

describe('report', () => {
  it('gives coverage as numbers, and what was missed by name', () => {
    expect(report('toy', explore(toyDoor, options)).split('\n')).toEqual([
      'toy: states 7/7, transitions 9/10, in 8 snapshots and 13 edges',
      '  toy: states 0/0, transitions 1/1',
      '  toy.lock: states 3/3, transitions 4/5',
      '  toy.door: states 2/2, transitions 2/2',
      '  toy.lamp: states 2/2, transitions 2/2',
      '  never taken: toy.lock.locked: user.kick [neverHolds] → toy.lock.unlocked',
    ])
  })
})
