import { describe, expect, test } from 'vitest'
import { type AnyStateMachine, createMachine, fromCallback, initialTransition, transition } from 'xstate'
import { type Definition, definitionOf } from '../../mutants/definition.ts'
import { type Mutant, mutantsOf, nameOf } from '../../mutants/mutants.ts'

const config = {
  id: 'lamp',
  initial: 'off',
  entry: 'greet',
  states: {
    off: {
      on: { press: [{ guard: 'isWhole', target: 'on', actions: ['count', 'click'] }, { target: '#lamp.broken' }] },
    },
    on: { exit: 'cool', after: { tired: 'off' }, on: { press: 'off' } },
    broken: {
      invoke: { src: 'smoke' },
      type: 'parallel',
      states: { bulb: { on: { shake: {} } }, wire: { on: { shake: {} } }, cover: { on: { open: {} } } },
    },
  },
} as const

const definition = definitionOf(config)
const mutants = mutantsOf(definition, ['tired'])

const named = (name: string): Mutant => {
  const mutant = mutants.find((one) => nameOf(one) === name)
  if (mutant === undefined) throw new Error(`no mutant ${name}`)
  return mutant
}

/** The state that a press leads to, and the actions with it. */
const pressed = (given: Definition, isWhole: boolean) => {
  const made: AnyStateMachine = Reflect.apply(createMachine, undefined, [given])
  const machine = made.provide({
    guards: { isWhole: () => isWhole },
    delays: { tired: 1_000 },
    actors: { smoke: fromCallback(() => undefined) },
  })
  const [first] = initialTransition(machine)
  const [next, actions] = transition(machine, first, { type: 'press' })
  return [next.value, actions.map(({ type }) => type).filter((type) => !type.startsWith('xstate.'))]
}

test('every guard, target, action, transition, delay, invocation and order of a chart is changed, each by itself', () => {
  expect(mutants.map(nameOf)).toEqual([
    '(root) entry: action greet dropped',
    '(root): begins in on',
    'off on press 1: dropped',
    'off on press 1: guard isWhole dropped',
    'off on press 1: guard isWhole negated',
    'off on press 1: leads to broken, not on',
    'off on press 1: action count dropped',
    'off on press 1: action click dropped',
    'off on press 1: behind the next',
    'off on press 2: dropped',
    'off on press 2: leads to #lamp.off, not #lamp.broken',
    'on exit: action cool dropped',
    'on on press: dropped',
    'on on press: leads to on, not off',
    'on after tired: dropped',
    'on after tired: leads to on, not off',
    'broken: region wire before bulb',
    'broken invoke smoke: dropped',
    'broken.bulb on shake: dropped',
    'broken.wire on shake: dropped',
    'broken.cover on open: dropped',
    'delay tired: twice as long',
    'delay tired: half as long',
  ])
})

describe('regions change places', () => {
  const ends = { initial: 'it', states: { it: { type: 'final' } } }
  const smoke = { src: 'smoke', id: 'smoke' }
  const isSwapped = (first: object, second: object) =>
    mutantsOf(definitionOf({ type: 'parallel', states: { first, second } }), []).some(
      ({ kind }) => kind === 'region second before first',
    )

  test.each([
    ['take one event', { on: { shake: {} } }, { on: { shake: {} } }],
    ['take one event, of which one names the beginning', { on: { 'shake.*': {} } }, { on: { 'shake.hard': {} } }],
    ['take one event, of which one takes every', { on: { shake: {} } }, { on: { '*': {} } }],
    ['wait as long', { after: { tired: {} } }, { after: { tired: {} } }],
    [
      'go on when a state within has ended',
      { ...ends, onDone: {} },
      { initial: 'in', states: { in: { ...ends, onDone: {} } } },
    ],
    ['take the end of one actor', { invoke: { ...smoke, onDone: {} } }, { on: { 'xstate.done.actor.smoke': {} } }],
    ['take the error of one actor', { on: { 'xstate.error.actor.*': {} } }, { invoke: { ...smoke, onError: {} } }],
    [
      'take the end of one without a name',
      { invoke: { src: 's', onDone: {} } },
      { on: { 'xstate.done.actor.0.a': {} } },
    ],
  ])('where both %s', (_, first, second) => {
    expect(isSwapped(first, second)).toBe(true)
  })

  test.each([
    ['take other events', { on: { shake: {} } }, { on: { open: {} } }],
    ['take other events, of which one names the beginning', { on: { 'shake.*': {} } }, { on: { shaken: {} } }],
    ['wait for other delays', { after: { tired: {} } }, { after: { cold: {} } }],
    ['take every event, or act when entered', { on: { '*': {} } }, { entry: 'greet' }],
    [
      'take the end, or the error, of one actor',
      { invoke: { ...smoke, onDone: {} } },
      { on: { 'xstate.error.actor.smoke': {} } },
    ],
  ])('but not where they %s', (_, first, second) => {
    expect(isSwapped(first, second)).toBe(false)
  })
})

describe('a changed chart', () => {
  const broken = { broken: { bulb: {}, wire: {}, cover: {} } }

  test.each([
    ['off on press 1: dropped', true, [broken, []]],
    ['off on press 1: guard isWhole dropped', false, ['on', ['count', 'click']]],
    ['off on press 1: guard isWhole negated', true, [broken, []]],
    ['off on press 1: leads to broken, not on', true, [broken, ['count', 'click']]],
    ['off on press 1: action count dropped', true, ['on', ['click']]],
    ['off on press 1: behind the next', true, [broken, []]],
    ['off on press 2: dropped', false, ['off', []]],
    ['(root): begins in on', true, ['off', ['cool']]],
  ])('%s', (name, isWhole, expected) => {
    expect(pressed(named(name).change(definition), isWhole)).toEqual(expected)
  })

  test('leaves the chart that it was made of as it is', () => {
    for (const { change } of mutants) change(definition)
    expect(definition).toEqual(definitionOf(config))
    expect(pressed(definition, true)).toEqual(['on', ['count', 'click']])
  })
})

test('a definition is what its config is, whichever way that is written', () => {
  expect(definition.states?.on).toEqual({
    exit: ['cool'],
    after: { tired: [{ target: 'off' }] },
    on: { press: [{ target: 'off' }] },
  })
})
