import type { AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'

/**
 * How `explore`, and `getShortestPaths`, `getSimplePaths` and `createTestModel` of `xstate/graph`, walk a chart: pass it as their options.
 * The types of `getAdjacencyMap` there accept no machine that emits: `explore` has the edges. A test model makes up an event for each type
 * that it has no sample of; those are left out. What a chart takes by a wildcard alone it does not try.
 */
export interface Traversal<Machine extends AnyStateMachine> {
  readonly input: InputFrom<Machine>
  readonly events: EventFromLogic<Machine>[]
  readonly serializeState: (snapshot: SnapshotFrom<Machine>) => string
  readonly filterEvents: (snapshot: SnapshotFrom<Machine>, event: EventFromLogic<Machine>) => boolean
}

/** One by these events; `isSensible`: whether an event can happen in a state. Default: each can. */
export function createTraversal<Machine extends AnyStateMachine>({
  input,
  events,
  serializeState,
  isSensible = () => true,
}: Pick<Traversal<Machine>, 'input' | 'serializeState'> & {
  readonly events: readonly EventFromLogic<Machine>[]
  readonly isSensible?: Traversal<Machine>['filterEvents']
}): Traversal<Machine> {
  const samples = new Set(events)
  return {
    input,
    events: [...samples],
    serializeState,
    filterEvents: (snapshot, event) => samples.has(event) && isSensible(snapshot, event),
  }
}
