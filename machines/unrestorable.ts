import type { AnyStateMachine, ContextFrom } from 'xstate'

/** How to tell a context from a copy of it that went through JSON. */
export interface Living<Context> {
  /** As in "a peer". */
  readonly what: string
  /** Its facts are objects with methods, its actors are actors. */
  isAlive(context: Context): boolean
}

/** Throws a TypeError unless a context is of this process; `complaint` goes on behind "a peer". Cheap: it is asked at each event. */
export function requireLiving<Context>(
  living: Living<Context>,
  context: Context,
  complaint = 'cannot go on from what went through JSON: make a new one',
): void {
  if (typeof context !== 'object' || context === null || !living.isAlive(context))
    throw new TypeError(`${living.what} ${complaint}`)
}

/** What is said where a snapshot is only asked. */
export const unaskable = 'cannot be asked by what went through JSON: take the snapshot of its actor'

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
  return Object.assign(machine, {
    getInitialSnapshot(...given: Parameters<typeof getInitialSnapshot>) {
      const snapshot = getInitialSnapshot.apply(machine, given)
      if (snapshot.status !== 'error') requireLiving(living, snapshot.context)
      return snapshot
    },
    provide: (...given: Parameters<typeof provide>) => unrestorable(provide.apply(machine, given), living),
    resolveState(...given: Parameters<typeof resolveState>) {
      requireLiving(living, given[0].context)
      return resolveState.apply(machine, given)
    },
    restoreSnapshot() {
      throw new TypeError(`${what} cannot be restored: a snapshot holds no connection and no file, make a new one`)
    },
    transition(...[snapshot, event, scope]: Parameters<typeof transition>) {
      requireLiving(living, snapshot.context)
      return transition.call(machine, snapshot, event, scope)
    },
  })
}
