import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyTransitionDefinition,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
} from 'xstate'
import { type Coverage, type CoverageRecorder, createCoverage } from './coverage.ts'
import { createStepper } from './stepper.ts'

/** What to walk a machine with. */
export interface ExploreOptions<Machine extends AnyStateMachine> {
  readonly input?: InputFrom<Machine>
  /** Where to begin. Default: where a new actor does. */
  readonly fromState?: SnapshotFrom<Machine>
  /**
   * Every event to try in every state, one entry a payload case; or those worth trying in a state. Timers are among them: they
   * are plain events here.
   */
  readonly events:
    | readonly EventFromLogic<Machine>[]
    | ((snapshot: SnapshotFrom<Machine>) => readonly EventFromLogic<Machine>[])
  /** Whether an event can happen in a state. Default: each can. */
  readonly filterEvents?: (snapshot: SnapshotFrom<Machine>, event: EventFromLogic<Machine>) => boolean
  /**
   * What makes two snapshots the same state. Put in the value and the facts that guards read, counters capped just above the
   * last number a guard knows: `` `${JSON.stringify(value)} ${Math.min(context.strikes, 3)}` ``.
   */
  readonly serializeState: (snapshot: SnapshotFrom<Machine>) => string
  /** What holds in every state, by name. */
  readonly invariants?: Readonly<Record<string, Invariant<Machine>>>
  /** Where to note what is covered, when several explorations add up. Default: a new one. */
  readonly recorder?: CoverageRecorder
  /** More states than this throw: the state key is finer than it should be. */
  readonly statesMax?: number
}

/** What is true in every state. */
export interface Invariant<Machine extends AnyStateMachine> {
  /** Where it is from: a specification, or `design`. */
  readonly source: string
  /** Whether it holds; a string says what is wrong instead. */
  readonly holds: (snapshot: SnapshotFrom<Machine>) => boolean | string
}

/** All that was found: the states by their key, in the order of their distance from the start, and what was covered. */
export interface Exploration<Machine extends AnyStateMachine> {
  readonly start: ExploredState<Machine>
  readonly states: ReadonlyMap<string, ExploredState<Machine>>
  readonly edgeCount: number
  readonly coverage: Coverage
}

/** One state that was found. */
export interface ExploredState<Machine extends AnyStateMachine> {
  readonly key: string
  /** The first snapshot met that has this key: reached by a shortest path. */
  readonly snapshot: SnapshotFrom<Machine>
  /** The edge it was first reached by; the start has none. */
  readonly reachedBy?: Edge<Machine>
  readonly edges: readonly Edge<Machine>[]
}

/** One event that a state takes. */
export interface Edge<Machine extends AnyStateMachine> {
  readonly from: string
  readonly to: string
  readonly event: EventFromLogic<Machine>
  readonly taken: readonly AnyTransitionDefinition[]
}

/**
 * Walks every state that the events lead to, nearest first, and checks every invariant in each. Throws at the first that is
 * broken, and at whatever the machine throws, with the shortest path of events to it. An actor that is done takes no event, so
 * nothing is tried there.
 */
export function explore<Machine extends AnyStateMachine>(
  machine: Machine,
  options: ExploreOptions<Machine>,
): Exploration<Machine> {
  const { events, filterEvents = () => true, serializeState, invariants = {}, statesMax = 20_000 } = options
  const stepper = createStepper(machine, options.input)
  const coverage = options.recorder ?? createCoverage(machine)
  const states = new Map<string, ExploredState<Machine> & { edges: Edge<Machine>[] }>()
  let edgeCount = 0

  const visit = (key: string, snapshot: SnapshotFrom<Machine>, reachedBy?: Edge<Machine>): void => {
    states.set(key, { key, snapshot, edges: [], ...(reachedBy === undefined ? {} : { reachedBy }) })
    coverage.reached(snapshot)
    for (const [name, { source, holds }] of Object.entries(invariants)) {
      const verdict = holds(snapshot)
      if (verdict === true) continue
      const problem = `invariant broken: ${name} (${source})${verdict === false ? '' : `: ${verdict}`}`
      const { value }: AnyMachineSnapshot = snapshot
      throw new Error(`${problem}\nin ${JSON.stringify(value)}\n${describePath(pathTo(states, key))}`)
    }
    if (states.size > statesMax) throw new Error(`more than ${statesMax} states, the last of them ${key}`)
  }

  const first = options.fromState === undefined ? stepper.start() : { snapshot: options.fromState, taken: [] }
  coverage.took(first.taken)
  const startKey = serializeState(first.snapshot)
  visit(startKey, first.snapshot)

  // A Map is walked in order of insertion, and what is added on the way is walked too: breadth first.
  for (const state of states.values()) {
    const { status }: AnyMachineSnapshot = state.snapshot
    if (status !== 'active') continue
    for (const event of typeof events === 'function' ? events(state.snapshot) : events) {
      if (!filterEvents(state.snapshot, event)) continue
      const { snapshot, taken } = attempt(
        () => stepper.next(state.snapshot, event),
        () => describePath([...pathTo(states, state.key), event]),
      )
      if (taken.length === 0) continue
      const edge: Edge<Machine> = { from: state.key, to: serializeState(snapshot), event, taken }
      state.edges.push(edge)
      edgeCount++
      coverage.took(taken)
      if (!states.has(edge.to)) visit(edge.to, snapshot, edge)
    }
  }

  return { start: stateAt(states, startKey), states, edgeCount, coverage: coverage.summary() }
}

/** The events of a shortest path from the start to a state. */
export function pathTo<Machine extends AnyStateMachine>(
  states: ReadonlyMap<string, ExploredState<Machine>>,
  key: string,
): EventFromLogic<Machine>[] {
  const path: EventFromLogic<Machine>[] = []
  for (let edge = states.get(key)?.reachedBy; edge !== undefined; edge = states.get(edge.from)?.reachedBy) {
    path.unshift(edge.event)
  }
  return path
}

/** The state of a key that exploration found. */
export function stateAt<Machine extends AnyStateMachine>(
  states: ReadonlyMap<string, ExploredState<Machine>>,
  key: string,
): ExploredState<Machine> {
  const state = states.get(key)
  if (state === undefined) throw new Error(`no explored state ${key}`)
  return state
}

function attempt<Result>(run: () => Result, path: () => string): Result {
  try {
    return run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`the machine threw: ${message}\n${path()}`, { cause: error })
  }
}

function describePath(events: readonly { readonly type: string }[]): string {
  if (events.length === 0) return 'at the start'
  const lines = events.map(({ type, ...payload }, index) => {
    const shown = Object.keys(payload).length === 0 ? '' : ` ${JSON.stringify(payload, shortBytes)}`
    return `  ${index + 1}. ${type}${shown}`
  })
  return ['by', ...lines].join('\n')
}

function shortBytes(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return typeof value === 'bigint' ? String(value) : value
}
