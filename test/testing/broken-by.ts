import { describe, expect, test } from 'vitest'
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { explore, type Invariant } from '../../testing/model/explore.ts'
import { createStepper } from '../../testing/model/stepper.ts'
import type { Traversal } from '../../testing/model/traversal.ts'

/** What is wrong with a machine: a guard always holds, or never; an action is left out; or, where no such thing breaks it, a snapshot. */
type Fault =
  | { readonly guard: string; readonly holds: boolean; readonly walk?: Traversal<AnyStateMachine> }
  | { readonly action: string; readonly walk?: Traversal<AnyStateMachine> }
  | { readonly snapshot: (first: AnyMachineSnapshot) => object }

/** Tests that each invariant of a chart is seen to be broken by its fault. */
export function brokenBy(
  machine: AnyStateMachine,
  traversal: Traversal<AnyStateMachine>,
  invariants: Readonly<Record<string, Invariant<AnyStateMachine>>>,
  faults: Readonly<Record<string, Fault>>,
): void {
  describe(machine.id, () => {
    test('each invariant has its fault here', () => {
      expect(Object.keys(faults).sort()).toEqual(Object.keys(invariants).sort())
    })

    test.each(Object.entries(faults))('%s', (name, fault) => {
      const invariant = invariants[name]
      if (!invariant) throw new Error('there is no such invariant')
      if ('snapshot' in fault) {
        const first: AnyMachineSnapshot = createStepper(machine, traversal.input).start().snapshot
        expect(invariant.holds(first)).toBe(true)
        expect(invariant.holds({ ...first, ...fault.snapshot(first) } as AnyMachineSnapshot)).not.toBe(true)
        return
      }
      const { walk = traversal } = fault
      const faulty = machine.provide(
        'guard' in fault ? { guards: { [fault.guard]: () => fault.holds } } : { actions: { [fault.action]: () => {} } },
      )
      const run = (one: AnyStateMachine) => explore(one, { ...walk, invariants: { [name]: invariant } })
      expect(() => run(faulty)).toThrow(`invariant broken: ${name}`)
    })
  })
}

/** A snapshot whose context differs so. */
export const context = (change: object) => (first: AnyMachineSnapshot) => ({ context: { ...first.context, ...change } })
/** A snapshot in that state. */
export const inState = (value: unknown) => () => ({
  value,
  matches: (asked: unknown) => JSON.stringify(asked) === JSON.stringify(value),
})
/** A snapshot of an actor that is done. */
export const ended = () => ({ status: 'done' })
