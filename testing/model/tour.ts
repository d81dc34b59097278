import type { AnyStateMachine, AnyTransitionDefinition, EventFromLogic } from 'xstate'
import type { Edge, Exploration, ExploreOptions } from './explore.ts'
import { createStepper } from './stepper.ts'

/**
 * Few long walks, each from the start, that together take every transition definition that exploration found a way to. A walk
 * always goes to the nearest definition not taken yet, and ends where none is left to reach. Events that drive the model drive
 * an implementation too: `transition` tells what to expect of it after each.
 */
export function tour<Machine extends AnyStateMachine>(
  machine: Machine,
  { states, start }: Exploration<Machine>,
  { input, fromState, serializeState }: Pick<ExploreOptions<Machine>, 'input' | 'fromState' | 'serializeState'>,
): EventFromLogic<Machine>[][] {
  const stepper = createStepper<Machine>(machine, input)
  const edges = [...states.values()].flatMap((state) => state.edges)
  const left = new Set(edges.flatMap(({ taken }) => taken))
  const walks: EventFromLogic<Machine>[][] = []

  while (left.size > 0) {
    const leftAtStart = left.size
    const walk: EventFromLogic<Machine>[] = []
    let now = fromState ?? stepper.start().snapshot
    let way = nearest(states, start.key, left)
    while (way !== undefined) {
      const before = left.size
      for (const { event } of way) {
        const step = stepper.next(now, event)
        now = step.snapshot
        walk.push(event)
        for (const definition of step.taken) left.delete(definition)
      }
      // States merged by their key may differ in what the key leaves out, far from the start: then a new walk, exact again.
      if (left.size === before) break
      way = nearest(states, serializeState(now), left)
    }
    if (left.size === leftAtStart) throw new Error(`no way from the start to ${left.size} transitions`)
    walks.push(walk)
  }
  return walks
}

/** The shortest way from a state to an edge that takes one of the definitions; undefined when there is none. */
function nearest<Machine extends AnyStateMachine>(
  states: Exploration<Machine>['states'],
  from: string,
  wanted: ReadonlySet<AnyTransitionDefinition>,
): Edge<Machine>[] | undefined {
  const reachedBy = new Map<string, Edge<Machine> | undefined>([[from, undefined]])
  for (const key of reachedBy.keys()) {
    for (const edge of states.get(key)?.edges ?? []) {
      if (edge.taken.some((definition) => wanted.has(definition))) {
        const way = [edge]
        for (let back = reachedBy.get(key); back !== undefined; back = reachedBy.get(back.from)) way.unshift(back)
        return way
      }
      if (!reachedBy.has(edge.to)) reachedBy.set(edge.to, edge)
    }
  }
  return undefined
}
