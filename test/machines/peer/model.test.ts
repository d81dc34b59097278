import { expect, test } from 'vitest'
import { isConnecting } from '../../../machines/peer/peer-view.ts'
import { createCoverage } from '../../../testing/model/coverage.ts'
import { type Exploration, explore } from '../../../testing/model/explore.ts'
import { stateEventPairs } from '../../../testing/model/pairs.ts'
import { report } from '../../../testing/model/report.ts'
import { peerEvents } from '../../../testing/peer/events.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import {
  isBeforeOpen,
  isSensiblePeerEvent,
  type PeerModel,
  type PeerModelEvent,
  type PeerModelSnapshot,
  peerInputs,
  peerInputsOfSeveralWays,
  peerModel,
  peerStateKey,
} from '../../../testing/peer/model.ts'
import { inFull, longTest } from '../../in-full.ts'
import { expectTable } from '../expect-table.ts'
import { problemOfRoundTrip } from './round-trip.ts'

const { announcing, asking, dialling, extending, flags, lifecycle, pieces, serving, talking } = peerEvents
const recorder = createCoverage(peerModel)
const everything = [...lifecycle, ...talking, ...flags, ...pieces, ...extending, ...asking, ...serving]

/**
 * Everything is tried while a connection comes up or goes down; while it is open, what the exploration is about. On the way up, which all
 * explorations have in common, everything is tried by those that are about it, and in full by all.
 */
function about(events: readonly PeerModelEvent[]): (snapshot: PeerModelSnapshot) => readonly PeerModelEvent[] {
  const onTheWay = inFull || events === lifecycle ? everything : lifecycle
  return (snapshot) => {
    const isOpen = snapshot.value.handshake === 'open'
    const tried = isOpen ? events : isBeforeOpen(snapshot) ? onTheWay : everything
    return tried.filter((event) => isSensiblePeerEvent(snapshot, event))
  }
}

const explorations: Exploration<PeerModel>[] = []
const run = (input: (typeof peerInputs)[keyof typeof peerInputs], events: readonly PeerModelEvent[]) =>
  explorations.push(
    explore(peerModel, {
      input,
      events: about(events),
      serializeState: peerStateKey,
      invariants: peerInvariants,
      recorder,
    }),
  )

/** Together with what is below they take every transition; the others take none of their own, and are asked in full alone. */
const enough: readonly string[] = [
  'accepted for none yet, standing alone',
  'that is remembered',
  'dialled, preferring encryption',
  'accepted, preferring encryption',
  'accepted, requiring encryption',
]

for (const [name, input] of Object.entries(peerInputs)) {
  const ask = enough.includes(name) ? test : longTest
  ask(`a peer ${name} keeps every invariant from its first to its last state`, () => run(input, lifecycle))
}

for (const [name, input] of Object.entries(peerInputsOfSeveralWays)) {
  test(`a dial ${name} keeps every invariant, however its attempts end`, () => {
    const events = (snapshot: PeerModelSnapshot) =>
      isConnecting(snapshot) ? [...dialling, ...lifecycle].filter((event) => isSensiblePeerEvent(snapshot, event)) : []
    explorations.push(
      explore(peerModel, { input, events, serializeState: peerStateKey, invariants: peerInvariants, recorder }),
    )
  })
}

test('the flags keep every invariant in every combination', () => void run(peerInputs.dialled, flags))

test('what is said of pieces before and behind the metadata keeps every invariant in every combination', () =>
  void run(peerInputs['for a magnet link'], pieces))

test('talk without an end keeps every invariant', () =>
  void run(peerInputs['that may know of our node of the DHT'], talking))

test('the extension protocol keeps every invariant in every combination', () => void run(peerInputs.dialled, extending))

test('our requests keep every invariant in every combination', () => void run(peerInputs.dialled, asking))

test('what we announce keeps every invariant in every combination', () => void run(peerInputs.dialled, announcing))

test("the remote's requests keep every invariant in every combination", () => void run(peerInputs.dialled, serving))

test('a peer that is restored from JSON, from any state, is what the chart makes of it without its connection', () => {
  const states = new Map(explorations.flatMap((one) => [...one.states]))
  const some = [...states.values()].filter((_, nth) => inFull || nth % 3 === 0)
  const wrong = some.flatMap(({ key, snapshot }) => {
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

longTest('every pair of a state and an event is handled, ignored or a fault, as the table says', ({ task }) => {
  const isFault = ({ context }: PeerModelSnapshot) => context.closeReason?.source === 'remote'
  const pairs = stateEventPairs(peerModel, explorations, { input: peerInputs.dialled, isFault })
  expectTable(pairs, task.file.filepath)
})
