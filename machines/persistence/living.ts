import type { AnyActorScope, AnyStateMachine, ContextFrom } from 'xstate'

/** How to tell a context from a copy of it that went through JSON. */
export interface Living<Context> {
  /** As in "a peer". */
  readonly what: string
  /** Its facts are objects with methods, its actors are actors. */
  isAlive(context: Context): boolean
}

/** Throws a TypeError unless a context is of this process; `complaint` goes on behind "a peer". */
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
 * A machine, and what it becomes by `provide`, that goes on from living contexts alone: of sets, layouts and actors JSON leaves plain data,
 * which would run and be wrong. `transition`, `initialTransition` and `resolveState` throw. An actor is not asked at each event: it goes on
 * from its own snapshot, which was looked at when it began.
 */
export function livingOnly<Machine extends AnyStateMachine>(
  machine: Machine,
  living: Living<ContextFrom<Machine>>,
): Machine {
  const { getInitialSnapshot, provide, resolveState, transition } = machine
  return Object.assign(machine, {
    getInitialSnapshot(...given: Parameters<typeof getInitialSnapshot>) {
      const snapshot = getInitialSnapshot.apply(machine, given)
      if (snapshot.status !== 'error') requireLiving(living, snapshot.context)
      return snapshot
    },
    provide: (...given: Parameters<typeof provide>) => livingOnly(provide.apply(machine, given), living),
    resolveState(...given: Parameters<typeof resolveState>) {
      requireLiving(living, given[0].context)
      return resolveState.apply(machine, given)
    },
    transition(...[snapshot, event, scope]: [...Parameters<typeof transition>]) {
      if (!isOwn(scope, snapshot)) requireLiving(living, snapshot.context)
      return transition.call(machine, snapshot, event, scope)
    },
  })
}

/** Whether an actor goes on from where it stands. */
const isOwn = ({ self }: AnyActorScope, snapshot: unknown): boolean => self.getSnapshot() === snapshot
