import type { AnyStateMachine, ContextFrom } from 'xstate'

/** How to tell a context from a copy of it that went through JSON. */
export interface Living<Context> {
  /** As in "a peer". */
  readonly what: string
  /** Its facts are objects with methods, its actors are actors. */
  isAlive(context: Context): boolean
}

/**
 * A machine, and what it becomes by `provide`, that goes on from its own snapshots of this process alone: what was persisted holds no
 * socket and no file, and of sets, layouts and actors JSON leaves plain data, which would run and be wrong. By XState's custom an
 * actor made from such is in error from the start; `transition`, `initialTransition` and `resolveState` throw.
 */
export function unrestorable<Machine extends AnyStateMachine>(
  machine: Machine,
  living: Living<ContextFrom<Machine>>,
): Machine {
  const { getInitialSnapshot, provide, resolveState, transition } = machine
  const { what } = living
  const requireLiving = (context: ContextFrom<Machine>) => {
    if (!living.isAlive(context))
      throw new TypeError(`${what} can not go on from what went through JSON: make a new one`)
  }
  return Object.assign(machine, {
    getInitialSnapshot(...given: Parameters<typeof getInitialSnapshot>) {
      const snapshot = getInitialSnapshot.apply(machine, given)
      if (snapshot.status !== 'error') requireLiving(snapshot.context)
      return snapshot
    },
    provide: (...given: Parameters<typeof provide>) => unrestorable(provide.apply(machine, given), living),
    resolveState(...given: Parameters<typeof resolveState>) {
      requireLiving(given[0].context)
      return resolveState.apply(machine, given)
    },
    restoreSnapshot() {
      throw new TypeError(`${what} can not be restored: a snapshot holds no connection and no file, make a new one`)
    },
    transition(...[snapshot, event, scope]: Parameters<typeof transition>) {
      const isOwn: boolean = 'machine' in snapshot
      if (!isOwn) requireLiving(snapshot.context)
      return transition.call(machine, snapshot, event, scope)
    },
  })
}
