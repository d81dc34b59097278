import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventFromLogic,
  getStateNodes,
  type SnapshotFrom,
} from 'xstate'
import { nodesWithin } from '../../diagram/edges.ts'
import type { Edge, Exploration, ExploreOptions } from './explore.ts'
import { createStepper } from './stepper.ts'

/**
 * What becomes of an event in a state: a transition of that state, or of one around it, takes it; none does, or one that has neither target
 * nor action; or one does, and a fault follows from it, whatever other regions do with the event, in every case in which one does.
 */
export type PairVerdict = 'handled' | 'ignored' | 'fault'

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
 * Each state that is an alternative, or the root of a chart that has no states, with each type of event that the machine takes anywhere, as
 * explorations found it. What neither they nor `events` tried counts as ignored: make them take every transition first.
 */
export function stateEventPairs<Machine extends AnyStateMachine>(
  machine: Machine,
  explorations: readonly Exploration<Machine>[],
  { input, isFault = () => false, events = [], filterEvents = () => true }: PairOptions<Machine>,
): StateEventPairs {
  const stepper = createStepper(machine, input)
  const alternatives = nodesWithin(machine.root).filter(isAlternative)
  const pairs = new Map(alternatives.map(({ id }) => [id, new Map<string, PairVerdict>()]))
  const note = (snapshot: SnapshotFrom<Machine>, open: readonly AnyStateNode[], edge: Taken<Machine>): void => {
    const { event } = edge
    const takers = open.flatMap((node) => {
      const definition = takenBy(node, edge)
      return definition ? [{ node, definition }] : []
    })
    if (takers.length === 0) return
    const isMade = !isFault(snapshot) && isFault(stepper.next(snapshot, event).snapshot)
    for (const { node, definition } of takers) {
      const verdict = !doesSomething(definition)
        ? 'ignored'
        : isMade && isFault(stepper.nextBy(definition, snapshot, event).snapshot)
          ? 'fault'
          : 'handled'
      const verdicts = pairs.get(node.id)
      const before = verdicts?.get(event.type) ?? verdict
      verdicts?.set(event.type, before === verdict ? verdict : 'handled')
    }
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

const isAlternative = ({ parent, type }: AnyStateNode): boolean =>
  parent === undefined ? type === 'atomic' : parent.type === 'compound'

/** With each type of event that any state takes, in the order of the alphabet. */
function filled(pairs: StateEventPairs): StateEventPairs {
  const types = [...new Set([...pairs.values()].flatMap((verdicts) => [...verdicts.keys()]))].sort()
  const rowOf = (verdicts: ReadonlyMap<string, PairVerdict>) =>
    new Map(types.map((type) => [type, verdicts.get(type) ?? ('ignored' as const)]))
  return new Map([...pairs].map(([id, verdicts]) => [id, rowOf(verdicts)]))
}

/**
 * What each state takes, and what it takes as a fault; first of all what every state does that takes anything, where there are several. Every
 * other event is ignored there.
 */
export function describePairs(pairs: StateEventPairs): string {
  const rows = [...pairs].map(([state, verdicts]) => ({ state, ...taken(verdicts) }))
  const takers = rows.filter(({ handled, fault }) => handled.length + fault.length > 0)
  const isCommon = (type: string) => takers.length > 1 && takers.every(({ handled }) => handled.includes(type))
  const common = (takers[0]?.handled ?? []).filter(isCommon)
  const lines = rows.map(({ state, handled, fault }) =>
    describe(state, { handled: handled.filter((type) => !common.includes(type)), fault }),
  )
  const first = common.length > 0 ? [describe('every state that takes anything', { handled: common, fault: [] })] : []
  return `${[...first, ...lines].join('\n')}\n`
}

interface Types {
  readonly handled: readonly string[]
  readonly fault: readonly string[]
}

function taken(verdicts: ReadonlyMap<string, PairVerdict>): Types {
  const having = (wanted: PairVerdict) =>
    [...verdicts].filter(([, verdict]) => verdict === wanted).map(([type]) => type)
  return { handled: having('handled'), fault: having('fault') }
}

const describe = (title: string, { handled, fault }: Types): string =>
  [
    title,
    ...(handled.length > 0 ? [`  handled: ${handled.join(' ')}`] : []),
    ...(fault.length > 0 ? [`  fault: ${fault.join(' ')}`] : []),
  ].join('\n')

/** What is looked at of an edge. */
type Taken<Machine extends AnyStateMachine> = Pick<Edge<Machine>, 'event' | 'taken'>

/** What of the state, or of one around it, its region included, the event itself took, and nothing raised by it. */
const takenBy = <Machine extends AnyStateMachine>(
  node: AnyStateNode,
  { event, taken }: Taken<Machine>,
): AnyTransitionDefinition | undefined =>
  taken.find(({ eventType, source }) => isDescribedBy(event.type, eventType) && isAround(source, node))

/** Not so what XState calls a forbidden transition: it has neither target nor action. */
const doesSomething = ({ actions, target }: AnyTransitionDefinition): boolean =>
  target !== undefined || actions.length > 0

/** Whether a transition names the type, or a wildcard that stands for it. */
const isDescribedBy = (type: string, descriptor: string): boolean =>
  type === descriptor || (descriptor.endsWith('.*') && type.startsWith(descriptor.slice(0, -1)))

const isAround = (outer: AnyStateNode, node: AnyStateNode | undefined): boolean =>
  node !== undefined && (node === outer || isAround(outer, node.parent))
