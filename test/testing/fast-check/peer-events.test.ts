import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyPeerEvents } from '../../../testing/fast-check/peer-events.ts'
import { createCoverage } from '../../../testing/model/coverage.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import { type PeerModelEvent, peerInputs, peerModel } from '../../../testing/peer/model.ts'
import { firstOf, longTest, runs } from '../../in-full.ts'

const inputs = Object.entries(peerInputs).filter(([name]) => !/magnet|stopping|remembered/.test(name))

test.each(firstOf(4, inputs))(
  'of a peer %s: no legal event is a fault of the remote, and every invariant holds behind each',
  (_, input) => {
    const stepper = createStepper(peerModel, input)
    const walk = (events: readonly PeerModelEvent[]) => {
      let { snapshot } = stepper.start()
      for (const event of events) {
        const step = stepper.next(snapshot, event)
        snapshot = step.snapshot
        const broken = Object.entries(peerInvariants).flatMap(([name, { holds }]) =>
          holds(snapshot) === true ? [] : name,
        )
        const isFault = snapshot.context.closeReason?.source === 'remote'
        if (isFault || broken.length > 0) expect([event.type, isFault, broken]).toEqual([event.type, false, []])
      }
    }
    fc.assert(fc.property(anyPeerEvents({ input }), walk), { numRuns: runs(2, 300) })
  },
)

/** Where the lives of a sample have been. */
function seenIn(numRuns: number) {
  const recorder = createCoverage(peerModel)
  const stepper = createStepper(peerModel, peerInputs.dialled)
  const lives = fc.sample(anyPeerEvents({ maxLength: 40 }), { numRuns, seed: 1 })
  const lasts = lives.map((events) => {
    let { snapshot } = stepper.start()
    for (const event of events) {
      snapshot = stepper.next(snapshot, event).snapshot
      recorder.reached(snapshot)
    }
    return snapshot.value.handshake
  })
  return { lives, lasts, missed: recorder.summary().states.missed }
}

test('half of the lives are told to the end, which is within their length', () => {
  const { lives, lasts } = seenIn(runs(12, 200))
  const ended = lasts.filter((last) => last === 'closed').length
  expect(ended).toBeGreaterThan(lives.length / 4)
  expect(ended).toBeLessThan((lives.length * 3) / 4)
  expect(Math.max(...lives.map(({ length }) => length))).toBeLessThanOrEqual(40)
  for (const maxLength of [0, 1, 2])
    for (const life of fc.sample(anyPeerEvents({ maxLength }), 10)) expect(life.length).toBeLessThanOrEqual(maxLength)
})

longTest('many regions move', () => {
  const { missed } = seenIn(60)
  expect(missed.filter((id) => /choking|interested|closed|ready|requesting|serving/.test(id))).toEqual([])
})

longTest('a life shrinks to the events that matter', () => {
  const { counterexample } = fc.check(
    fc.property(anyPeerEvents(), (events) => !events.some(({ type }) => type === 'wire.request')),
    { numRuns: 60, seed: 1 },
  )
  const [events = []] = counterexample ?? []
  // The way to an open connection, what lets the remote ask, and its request.
  expect(events.length).toBeLessThan(12)
  expect(events.at(-1)?.type).toBe('wire.request')
})
