import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyPeerEvents } from '../../../testing/fast-check/peer-events.ts'
import { createCoverage } from '../../../testing/model/coverage.ts'
import { createStepper } from '../../../testing/model/stepper.ts'
import { peerInvariants } from '../../../testing/peer/invariants.ts'
import { type PeerModelEvent, peerInputs, peerModel } from '../../../testing/peer/model.ts'
import { runs } from '../../in-full.ts'

const inputs = Object.entries(peerInputs).filter(([name]) => !/magnet|stopping|remembered/.test(name))

test.each(inputs)(
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
    fc.assert(fc.property(anyPeerEvents({ input }), walk), { numRuns: runs(4, 300) })
  },
)

test('lives are told from the dial to the end, and many regions move', () => {
  const recorder = createCoverage(peerModel)
  const stepper = createStepper(peerModel, peerInputs.dialled)
  for (const events of fc.sample(anyPeerEvents(), { numRuns: 40 })) {
    let { snapshot } = stepper.start()
    for (const event of events) {
      const step = stepper.next(snapshot, event)
      snapshot = step.snapshot
      recorder.reached(snapshot)
    }
  }
  const { missed } = recorder.summary().states
  expect(missed.filter((id) => /choking|interested|closed|ready|requesting|serving/.test(id))).toEqual([])
})

test('a life shrinks to the events that matter', () => {
  const { counterexample } = fc.check(
    fc.property(anyPeerEvents(), (events) => !events.some(({ type }) => type === 'wire.request')),
    { numRuns: 60 },
  )
  const [events = []] = counterexample ?? []
  // The way to an open connection, what lets the remote ask, and its request.
  expect(events.length).toBeLessThan(12)
  expect(events.at(-1)?.type).toBe('wire.request')
})
