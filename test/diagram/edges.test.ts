import { describe, expect, it } from 'vitest'
import { and, assign, emit, not, or, raise, sendTo, setup, stateIn } from 'xstate'
import { chartOf } from '../../diagram/edges.ts'
import { transitionLabel } from '../../diagram/model.ts'

const toy = setup({
  types: { context: {} as { strikes: number }, events: {} as { type: string } },
  actors: { transport: setup({}).createMachine({}) },
  actions: { strike: (_, _params: { weight: number; code: string }) => {}, tick: () => {} },
  guards: { fast: () => true, spent: (_, _params: { max: number }) => true },
  delays: { idleMs: 5 },
})

/** The labels of the transitions of one state that has this `on`, `always` or `after`. */
function labelsOf(state: Parameters<typeof toy.createStateConfig>[0]): string[] {
  const machine = toy.createMachine({
    id: 'toy',
    context: { strikes: 0 },
    initial: 'here',
    states: { here: state, there: { initial: 'inner', states: { inner: {} } } },
  })
  return chartOf(machine).transitions.map(transitionLabel)
}

describe('chartOf', () => {
  it('keeps the order, the ends and the kinds of states', () => {
    const chart = chartOf(
      toy.createMachine({
        id: 'toy',
        context: { strikes: 0 },
        initial: 'off',
        states: {
          off: { on: { go: 'on' } },
          on: {
            type: 'parallel',
            tags: ['busy'],
            description: 'Works',
            states: {
              left: {},
              right: { initial: 'a', states: { a: {}, b: { type: 'final' }, back: { type: 'history' } } },
            },
            onDone: 'off',
          },
        },
      }),
    )
    expect(chart.root).toMatchObject({ id: 'toy', type: 'compound', initial: 'toy.off' })
    expect(chart.root.states[1]).toMatchObject({ id: 'toy.on', type: 'parallel', tags: ['busy'], description: 'Works' })
    expect(chart.root.states[1]?.states[1]?.states.map(({ key, type }) => [key, type])).toEqual([
      ['a', 'atomic'],
      ['b', 'final'],
      ['back', 'history'],
    ])
    expect(chart.transitions).toEqual([
      { from: 'toy.off', to: ['toy.on'], trigger: 'go', actions: [], reenter: false },
      { from: 'toy.on', to: ['toy.off'], trigger: 'done', actions: [], reenter: false },
    ])
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart)
  })

  it('names every kind of trigger without internal event names', () => {
    const labels = labelsOf({
      on: { 'wire.*': {}, '*': {} },
      after: { idleMs: 'there', 3000: 'there' },
      invoke: { id: '0', src: 'transport', onDone: 'there', onError: 'there', onSnapshot: {} },
      always: { guard: 'fast', target: 'there' },
    })
    expect(new Set(labels)).toEqual(
      new Set(['wire.*', '*', 'done(0)', 'error(0)', 'snapshot(0)', 'after 3000 ms', 'after idleMs', 'always [fast]']),
    )
  })

  it('hides the raise and the cancel that `after` adds to entry and exit', () => {
    const machine = toy.createMachine({
      context: { strikes: 0 },
      entry: 'tick',
      after: { idleMs: { actions: 'tick' } },
    })
    expect(chartOf(machine).root).toMatchObject({ entry: ['tick'], exit: [] })
  })

  it('composes guards as a sentence, in parentheses where it could be read two ways', () => {
    const inner = or(['fast', not(stateIn({ peer_choking: 'choking' }))])
    expect(labelsOf({ on: { e: { guard: and([inner, { type: 'spent', params: { max: 50 } }]) } } })).toEqual([
      'e [(fast or not in(peer_choking.choking)) and spent(50)]',
    ])
    expect(labelsOf({ on: { e: { guard: not(and(['fast', 'fast'])) } } })).toEqual(['e [not (fast and fast)]'])
    expect(labelsOf({ on: { e: { guard: stateIn('#toy.here') } } })).toEqual(['e [in(#toy.here)]'])
  })

  it('names actions with their constant params, and what built-ins send', () => {
    const state: Parameters<typeof labelsOf>[0] = {
      on: {
        e: {
          actions: [
            { type: 'strike' as const, params: { weight: 9, code: 'late' } },
            { type: 'strike' as const, params: () => ({ weight: 1, code: 'x' }) },
            raise({ type: 'peer.open' }),
            sendTo('transport', { type: 'close' }),
            sendTo('transport', ({ context }: { context: { strikes: number } }) => ({ type: String(context.strikes) })),
            emit({ type: 'banned' }),
            assign({ strikes: 1 }),
          ],
        },
      },
    }
    expect(labelsOf(state)).toEqual([
      'e / strike(9, late), strike, raise(peer.open), sendTo(close), sendTo, emit(banned), assign',
    ])
  })

  it('tells a transition that re-enters from one that stays', () => {
    expect(labelsOf({ on: { again: { target: 'here', reenter: true }, stay: { target: 'here' } } })).toEqual([
      '↻ again',
      'stay',
    ])
  })

  it('numbers the transitions of one state for one event as they are asked, and no other', () => {
    expect(
      labelsOf({
        on: {
          e: [{ guard: 'fast', target: 'there' }, { guard: not('fast') }, { actions: 'tick' }],
          once: { guard: 'fast' },
        },
        always: [{ guard: 'fast', target: 'there' }, { target: 'there' }],
      }),
    ).toEqual(['1 e [fast]', '2 e [not fast]', '3 e / tick', 'once [fast]', '1 always [fast]', '2 always'])
  })

  it('keeps every target of a transition', () => {
    const machine = setup({}).createMachine({
      id: 'm',
      initial: 'off',
      states: {
        off: { on: { go: { target: ['on.a.a2', 'on.b.b2'] } } },
        on: {
          type: 'parallel',
          states: {
            a: { initial: 'a1', states: { a1: {}, a2: {} } },
            b: { initial: 'b1', states: { b1: {}, b2: {} } },
          },
        },
      },
    })
    expect(chartOf(machine).transitions[0]?.to).toEqual(['m.on.a.a2', 'm.on.b.b2'])
  })
})
