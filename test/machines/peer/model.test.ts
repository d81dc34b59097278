import { expect, test } from 'vitest'
import type { ActorLogic, InputFrom } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { isConnecting } from '../../../machines/peer/peer-view.ts'
import { createCoverage } from '../../model/coverage.ts'
import { type Exploration, explore } from '../../model/explore.ts'
import { report } from '../../model/report.ts'
import {
  announcing,
  asking,
  dialling,
  extending,
  flags,
  inputs,
  invariants,
  isSensible,
  lifecycle,
  type Model,
  type ModelEvent,
  type ModelSnapshot,
  model,
  pieces,
  serving,
  severalWays,
  stateKey,
  talking,
} from './model.ts'
import { problemOfRoundTrip } from './round-trip.ts'

const recorder = createCoverage(model)
const everything = [...lifecycle, ...talking, ...flags, ...pieces, ...extending, ...asking, ...serving]

/** Everything is tried while a connection comes up or goes down; while it is open, what the exploration is about. */
const about =
  (events: readonly ModelEvent[]) =>
  (snapshot: ModelSnapshot): readonly ModelEvent[] =>
    (snapshot.value.handshake === 'open' ? events : everything).filter((event) => isSensible(snapshot, event))

const explorations: Exploration<Model>[] = []
const run = (input: (typeof inputs)[keyof typeof inputs], events: readonly ModelEvent[]) =>
  explorations.push(explore(model, { input, events: about(events), serializeState: stateKey, invariants, recorder }))

for (const [name, input] of Object.entries(inputs)) {
  test(`a peer ${name} keeps every invariant from its first to its last state`, () => run(input, lifecycle))
}

for (const [name, input] of Object.entries(severalWays)) {
  test(`a dial ${name} keeps every invariant, however its attempts end`, () => {
    const events = (snapshot: ModelSnapshot) =>
      isConnecting(snapshot) ? [...dialling, ...lifecycle].filter((event) => isSensible(snapshot, event)) : []
    explorations.push(explore(model, { input, events, serializeState: stateKey, invariants, recorder }))
  })
}

test('the flags keep every invariant in every combination', () => void run(inputs.dialled, flags))

test('what is said of pieces before and behind the metadata keeps every invariant in every combination', () =>
  void run(inputs['for a magnet link'], pieces))

test('talk without an end keeps every invariant', () => void run(inputs.dialled, talking))

test('the extension protocol keeps every invariant in every combination', () => void run(inputs.dialled, extending))

test('our requests keep every invariant in every combination', () => void run(inputs.dialled, asking))

test('what we announce keeps every invariant in every combination', () => void run(inputs.dialled, announcing))

test("the remote's requests keep every invariant in every combination", () => void run(inputs.dialled, serving))

test('xstate/graph reaches the same states', () => {
  // It is slower than our own walk: what is about the way to `open` is left to that.
  const events = (snapshot: ModelSnapshot) =>
    snapshot.value.handshake === 'open' ? about(announcing)(snapshot) : lifecycle
  const options = { input: inputs.dialled, events, serializeState: stateKey }
  const logic = model as unknown as ActorLogic<ModelSnapshot, ModelEvent, InputFrom<Model>>
  const map = getAdjacencyMap(logic, { ...options, limit: 100_000 })
  expect(new Set(Object.keys(map))).toEqual(new Set(explore(model, options).states.keys()))
})

test('a peer that is restored from JSON, from any state, is what the chart makes of it without its connection', () => {
  const states = new Map(explorations.flatMap((one) => [...one.states]))
  const wrong = [...states.values()].flatMap(({ key, snapshot }) => {
    const problem = problemOfRoundTrip(snapshot)
    return problem === undefined ? [] : [`${problem}: ${key}`]
  })
  expect(wrong.slice(0, 5)).toEqual([])
})

test('every state is reached and every transition taken', () => {
  const states = new Map(explorations.flatMap((one) => [...one.states]))
  const edgeCount = explorations.reduce((sum, one) => sum + one.edgeCount, 0)
  const coverage = recorder.summary()
  const [first] = explorations
  if (first) console.log(report('peer', { ...first, states, edgeCount, coverage }))
  expect(coverage.states.missed).toEqual([])
  expect(coverage.transitions.missed).toEqual([])
})
