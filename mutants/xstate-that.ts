import * as xstate from 'xstate'
import { type Definition, definitionOf } from './definition.ts'
import type { Mutant } from './mutants.ts'

/** XState's package, whose machines by this id are made from another definition: `change` is given that which they have. */
export function xstateThat(
  id: string,
  change: (definition: Definition) => Definition,
  delay: Mutant['delay'],
): Readonly<Record<string, unknown>> {
  const changing = (made: Made): Made => ({
    ...made,
    extend: (more) => changing(made.extend(more)),
    createMachine(config) {
      if (config.id !== id) return made.createMachine(config)
      const machine = made.createMachine(change(definitionOf(config)))
      return delay === undefined ? machine : machine.provide({ delays: longer(machine.implementations.delays, delay) })
    },
  })
  const setup = (given: object): Made => changing(Reflect.apply(xstate.setup, undefined, [given]))
  return { ...xstate, setup, __esModule: true }
}

/** What `setup` answers with. */
interface Made {
  createMachine(config: Definition): xstate.AnyStateMachine
  extend(more: object): Made
}

type Delays = xstate.AnyStateMachine['implementations']['delays']

function longer(delays: Delays, { name, times }: NonNullable<Mutant['delay']>): object {
  const delay = delays[name]
  const changed =
    typeof delay === 'function'
      ? (...given: Parameters<typeof delay>) => delay(...given) * times
      : Number(delay) * times
  return { [name]: changed }
}
