import type { AnyStateMachine, ContextFrom } from 'xstate'
import { type Living, livingOnly } from './living.ts'
import { SnapshotError } from './snapshot-error.ts'

/**
 * A machine, and what it becomes by `provide`, that is restored from no snapshot: what it does is with its actors, of which nothing can be
 * kept. By XState's custom an actor made from one is in error from the start. See `livingOnly` for contexts that went through JSON.
 */
export function unrestorable<Machine extends AnyStateMachine>(
  machine: Machine,
  living: Living<ContextFrom<Machine>>,
): Machine {
  return refusing(livingOnly(machine, living), living.what)
}

function refusing<Machine extends AnyStateMachine>(machine: Machine, what: string): Machine {
  const { provide } = machine
  return Object.assign(machine, {
    provide: (...given: Parameters<typeof provide>) => refusing(provide.apply(machine, given), what),
    restoreSnapshot() {
      throw new SnapshotError(
        'unrestorable',
        `${what} cannot be restored: a snapshot holds no connection and no file, make a new one`,
      )
    },
  })
}
