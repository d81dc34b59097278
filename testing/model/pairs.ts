import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  getStateNodes,
  type SnapshotFrom,
} from 'xstate'
import { nodesWithin } from '../../diagram/edges.ts'
import type { Edge, Exploration, ExploreOptions } from './explore.ts'
import { createStepper } from './stepper.ts'

/**
 * What becomes of an event in a state: a transition of that state, or of one around it, takes it; none does; or one does, and it
 * is a fault in every case that was tried.
 */
export type PairVerdict = 'handled' | 'ignored' | 'forbidden'

/** By the id of a state, by the type of an event. */
export type StateEventPairs = ReadonlyMap<string, ReadonlyMap<string, PairVerdict>>

/** What `stateEventPairs` is asked with. */
export interface PairOptions<Machine extends AnyStateMachine> extends Pick<ExploreOptions<Machine>, 'input'> {
  /** Whether a fault led to this snapshot. */
  readonly isFault: (snapshot: SnapshotFrom<Machine>) => boolean
}

/**
 * Each state that is an alternative, with each type of event that the machine takes anywhere, as explorations found it. What no
 * exploration tried counts as ignored: make them take every transition first.
 */
export function stateEventPairs<Machine extends AnyStateMachine>(
  machine: Machine,
  explorations: readonly Exploration<Machine>[],
  { input, isFault }: PairOptions<Machine>,
): StateEventPairs {
  const stepper = createStepper(machine, input)
  const alternatives = nodesWithin(machine.root).filter(({ parent }) => parent?.type === 'compound')
  const types = [...new Set(explorations.flatMap(typesOf))].sort()
  const pairs = new Map(
    alternatives.map(({ id }) => [id, new Map<string, PairVerdict>(types.map((type) => [type, 'ignored']))]),
  )
  for (const { states } of explorations) {
    for (const { snapshot, edges } of states.values()) {
      const { value }: AnyMachineSnapshot = snapshot
      const active = getStateNodes(machine.root, value)
      for (const edge of edges) {
        const { type } = edge.event
        const open = active.flatMap((node) => {
          const verdicts = pairs.get(node.id)
          return verdicts && verdicts.get(type) !== 'handled' && takes(node, edge) ? [verdicts] : []
        })
        if (open.length === 0) continue
        const verdict =
          !isFault(snapshot) && isFault(stepper.next(snapshot, edge.event).snapshot) ? 'forbidden' : 'handled'
        for (const verdicts of open) verdicts.set(type, verdict)
      }
    }
  }
  return pairs
}

/** One line a state: what it takes, and what it takes as a fault. Every other event is ignored there. */
export function describePairs(pairs: StateEventPairs): string {
  const lines = [...pairs].map(([state, verdicts]) => {
    const having = (wanted: PairVerdict) =>
      [...verdicts].filter(([, verdict]) => verdict === wanted).map(([type]) => type)
    const [handled, forbidden] = [having('handled'), having('forbidden')]
    return [
      state,
      ...(handled.length > 0 ? [`  handled: ${handled.join(' ')}`] : []),
      ...(forbidden.length > 0 ? [`  forbidden: ${forbidden.join(' ')}`] : []),
    ].join('\n')
  })
  return `${lines.join('\n')}\n`
}

const typesOf = <Machine extends AnyStateMachine>({ states }: Exploration<Machine>): string[] =>
  [...states.values()].flatMap(({ edges }) => edges.map(({ event }) => event.type))

/** Whether the event itself, and nothing raised by it, took a transition of the state or of one around it, its region included. */
const takes = <Machine extends AnyStateMachine>(node: AnyStateNode, { event, taken }: Edge<Machine>): boolean =>
  taken.some(({ eventType, source }) => eventType === event.type && isAround(source, node))

const isAround = (outer: AnyStateNode, node: AnyStateNode | undefined): boolean =>
  node !== undefined && (node === outer || isAround(outer, node.parent))
