import { describe, expect, test } from 'vitest'
import type { AnyStateMachine, EventFromLogic, InputFrom } from 'xstate'
import { nodesWithin } from '../../diagram/edges.ts'
import { createCoverage } from '../../testing/model/coverage.ts'
import { type Exploration, explore, type Invariant } from '../../testing/model/explore.ts'
import { type PairOptions, stateEventPairs } from '../../testing/model/pairs.ts'
import { report } from '../../testing/model/report.ts'
import { createStepper } from '../../testing/model/stepper.ts'
import type { Traversal } from '../../testing/model/traversal.ts'
import { longTest } from '../in-full.ts'
import { expectTable } from './expect-table.ts'

/** What one exploration is about. */
interface Walk<Machine extends AnyStateMachine> {
  readonly events: readonly EventFromLogic<Machine>[]
  readonly input?: InputFrom<Machine>
  /** What has happened before. */
  readonly behind?: readonly EventFromLogic<Machine>[]
}

interface Proof<Machine extends AnyStateMachine> {
  readonly machine: Machine
  /** All events that there are for it, by what they are about. */
  readonly events: Readonly<Record<string, readonly EventFromLogic<Machine>[]>>
  readonly invariants: Readonly<Record<string, Invariant<Machine>>>
  readonly traversal: (events: readonly EventFromLogic<Machine>[], input?: InputFrom<Machine>) => Traversal<Machine>
  /** Together they take every transition that can be taken. */
  readonly walks: Readonly<Record<string, Walk<Machine>>>
  readonly isFault?: NonNullable<PairOptions<Machine>['isFault']>
  /** What no event can take, as `definitionText` has it, with the reason. */
  readonly untakable?: Readonly<Record<string, string>>
}

/**
 * Tests of a chart: its invariants in every state that its events lead to, all its states and transitions, and, in full, the table
 * `state-events.txt` beside the test that calls this.
 */
export function proveChart<Machine extends AnyStateMachine>({
  machine,
  events,
  invariants,
  traversal,
  walks,
  isFault,
  untakable = {},
}: Proof<Machine>): void {
  const recorder = createCoverage(machine)
  const explorations: Exploration<Machine>[] = []
  const all = traversal(Object.values(events).flat())

  describe('the invariants hold in every state', () => {
    test.each(Object.entries(walks))('%s', (_, { behind = [], events: tried, input }) => {
      const options = traversal(tried, input)
      const stepper = createStepper(machine, options.input)
      const begin = stepper.start()
      recorder.took(begin.taken)
      let fromState = begin.snapshot
      for (const event of behind) fromState = stepper.next(fromState, event).snapshot
      explorations.push(explore(machine, { ...options, fromState, invariants, recorder }))
    })
  })

  test('every state is reached, and every transition taken that can be', () => {
    const [first] = explorations
    const coverage = recorder.summary()
    const states = new Map(explorations.flatMap((one) => [...one.states]))
    const edgeCount = explorations.reduce((sum, one) => sum + one.edgeCount, 0)
    if (first) console.log(report(machine.id, { ...first, states, edgeCount, coverage }))
    expect(coverage.states.missed).toEqual([])
    expect([...coverage.transitions.missed].sort()).toEqual(Object.keys(untakable).sort())
  })

  test('there is a sample of every event that the chart takes', () => {
    const isSampled = (descriptor: string) =>
      all.events.some(({ type }) =>
        descriptor.endsWith('.*') ? type.startsWith(descriptor.slice(0, -1)) : type === descriptor,
      )
    const descriptors = nodesWithin(machine.root).flatMap(({ ownEvents }) => ownEvents)
    const ofOthers = descriptors.filter((descriptor) => !descriptor.startsWith('xstate.done.'))
    expect(ofOthers.filter((descriptor) => !isSampled(descriptor))).toEqual([])
  })

  longTest('every pair of a state and an event is handled, ignored or a fault, as the table says', ({ task }) => {
    const pairs = stateEventPairs(machine, explorations, { ...all, ...(isFault && { isFault }) })
    expectTable(pairs, task.file.filepath)
  })
}
