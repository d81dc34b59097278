import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventFromLogic,
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
  /** Whether a fault led to this snapshot. Default: the chart knows none. */
  readonly isFault?: (snapshot: SnapshotFrom<Machine>) => boolean
  /** Tried in every state that was found, beside what the explorations tried there. Default: nothing is. */
  readonly events?: readonly EventFromLogic<Machine>[]
  /** Whether one of these can happen in a state. Default: each can. */
  readonly filterEvents?: ExploreOptions<Machine>['filterEvents']
}

/**
 * Each state that is an alternative, with each type of event that the machine takes anywhere, as explorations found it. What neither they
 * nor `events` tried counts as ignored: make them take every transition first.
 */
export function stateEventPairs<Machine extends AnyStateMachine>(
  machine: Machine,
  explorations: readonly Exploration<Machine>[],
  { input, isFault = () => false, events = [], filterEvents = () => true }: PairOptions<Machine>,
): StateEventPairs {
  const stepper = createStepper(machine, input)
  const alternatives = nodesWithin(machine.root).filter(({ parent }) => parent?.type === 'compound')
  const pairs = new Map(alternatives.map(({ id }) => [id, new Map<string, PairVerdict>()]))
  const note = (snapshot: SnapshotFrom<Machine>, open: readonly AnyStateNode[], edge: Taken<Machine>): void => {
    const takers = open.filter((node) => takes(node, edge))
    if (takers.length === 0) return
    const { event } = edge
    const verdict = !isFault(snapshot) && isFault(stepper.next(snapshot, event).snapshot) ? 'forbidden' : 'handled'
    for (const { id } of takers) pairs.get(id)?.set(event.type, verdict)
  }
  for (const { states } of explorations) {
    for (const { snapshot, edges } of states.values()) {
      const { status, value }: AnyMachineSnapshot = snapshot
      const active = getStateNodes(machine.root, value).filter(({ id }) => pairs.has(id))
      const openTo = ({ type }: EventFromLogic<Machine>) =>
        active.filter(({ id }) => pairs.get(id)?.get(type) !== 'handled')
      for (const edge of edges) note(snapshot, openTo(edge.event), edge)
      for (const event of status === 'active' ? events : []) {
        const open = openTo(event)
        if (open.length === 0 || !filterEvents(snapshot, event)) continue
        note(snapshot, open, { event, taken: stepper.next(snapshot, event).taken })
      }
    }
  }
  return filled(pairs)
}

/** With each type of event that any state takes, in the order of the alphabet. */
function filled(pairs: StateEventPairs): StateEventPairs {
  const types = [...new Set([...pairs.values()].flatMap((verdicts) => [...verdicts.keys()]))].sort()
  const rowOf = (verdicts: ReadonlyMap<string, PairVerdict>) =>
    new Map(types.map((type) => [type, verdicts.get(type) ?? ('ignored' as const)]))
  return new Map([...pairs].map(([id, verdicts]) => [id, rowOf(verdicts)]))
}

/**
 * What each state takes, and what it takes as a fault; first of all what every state does that takes anything. Every other event is
 * ignored there.
 */
export function describePairs(pairs: StateEventPairs): string {
  const rows = [...pairs].map(([state, verdicts]) => ({ state, ...taken(verdicts) }))
  const takers = rows.filter(({ handled, forbidden }) => handled.length + forbidden.length > 0)
  const common = (takers[0]?.handled ?? []).filter((type) => takers.every(({ handled }) => handled.includes(type)))
  const lines = rows.map(({ state, handled, forbidden }) =>
    describe(state, { handled: handled.filter((type) => !common.includes(type)), forbidden }),
  )
  const first =
    common.length > 0 ? [describe('every state that takes anything', { handled: common, forbidden: [] })] : []
  return `${[...first, ...lines].join('\n')}\n`
}

interface Types {
  readonly handled: readonly string[]
  readonly forbidden: readonly string[]
}

function taken(verdicts: ReadonlyMap<string, PairVerdict>): Types {
  const having = (wanted: PairVerdict) =>
    [...verdicts].filter(([, verdict]) => verdict === wanted).map(([type]) => type)
  return { handled: having('handled'), forbidden: having('forbidden') }
}

const describe = (title: string, { handled, forbidden }: Types): string =>
  [
    title,
    ...(handled.length > 0 ? [`  handled: ${handled.join(' ')}`] : []),
    ...(forbidden.length > 0 ? [`  forbidden: ${forbidden.join(' ')}`] : []),
  ].join('\n')

/** What is looked at of an edge. */
type Taken<Machine extends AnyStateMachine> = Pick<Edge<Machine>, 'event' | 'taken'>

/** Whether the event itself, and nothing raised by it, took a transition of the state or of one around it, its region included. */
const takes = <Machine extends AnyStateMachine>(node: AnyStateNode, { event, taken }: Taken<Machine>): boolean =>
  taken.some(({ eventType, source }) => isDescribedBy(event.type, eventType) && isAround(source, node))

/** Whether a transition names the type, or a wildcard that stands for it. */
const isDescribedBy = (type: string, descriptor: string): boolean =>
  type === descriptor || (descriptor.endsWith('.*') && type.startsWith(descriptor.slice(0, -1)))

const isAround = (outer: AnyStateNode, node: AnyStateNode | undefined): boolean =>
  node !== undefined && (node === outer || isAround(outer, node.parent))
