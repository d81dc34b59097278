import { describe, expect, test } from 'vitest'
import { type AnyMachineSnapshot, createActor, initialTransition, transition } from 'xstate'
import { machines, throughJson } from './machines.ts'

describe.each(machines)('%s', (what, machine, input, event) => {
  const first = (): AnyMachineSnapshot => initialTransition(machine, input)[0]

  test('goes on from its own snapshot, and not from one that went through JSON', () => {
    expect(() => transition(machine, first(), event)).not.toThrow(TypeError(gone(what)))
    expect(() => transition(machine, throughJson(first()), event)).toThrow(gone(what))
  })

  test('takes no context that went through JSON', () => {
    const { value, context } = first()
    expect(machine.resolveState({ value, context }).value).toEqual(value)
    expect(() => machine.resolveState({ value, context: throughJson(context) })).toThrow(gone(what))
  })

  test('does not go on from its own snapshot around a context that went through JSON', () => {
    const snapshot = first()
    const spread = { ...snapshot, context: throughJson(snapshot.context) }
    expect(() => transition(machine, spread, event)).toThrow(TypeError(gone(what)))
    expect(() => transition(machine, { ...snapshot, context: {} }, event)).toThrow(TypeError(gone(what)))
  })

  test('takes no input that went through JSON', () => {
    const { status, error } = createActor(machine, { input: throughJson(input) }).getSnapshot()
    expect(status).toBe('error')
    expect(error).toBeInstanceOf(TypeError)
  })
})

const gone = (what: string) => `${what} cannot go on from what went through JSON: make a new one`
