import { describe, expect, test } from 'vitest'
import { type AnyMachineSnapshot, createActor, fromCallback, setup, stateIn } from 'xstate'
import { askingTakersOnly } from '../../machines/asked-regions.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { peerEvents } from '../../testing/peer/events.ts'
import { type PeerModelEvent, peerInputs, peerModel } from '../../testing/peer/model.ts'

const lamps = setup({
  types: { events: {} as { type: 'left' } | { type: 'right' } | { type: 'both' } | { type: 'nobody' } },
  guards: { isRightOn: stateIn({ right: 'on' }) },
})

const twoLamps = () =>
  lamps.createMachine({
    type: 'parallel',
    states: {
      left: {
        initial: 'off',
        states: {
          off: { on: { left: 'on', both: { guard: 'isRightOn', target: 'on' } } },
          on: { on: { both: 'off' } },
        },
      },
      right: { initial: 'off', on: { both: '.on' }, states: { off: { on: { right: 'on' } }, on: {} } },
    },
  })

/** Where events lead an actor of a machine. */
function stateAfter(machine: ReturnType<typeof twoLamps>, ...types: readonly ('left' | 'right' | 'both' | 'nobody')[]) {
  const actor = createActor(machine).start()
  for (const type of types) actor.send({ type })
  return actor.getSnapshot().value
}

describe('a machine whose regions are asked only for what they take', () => {
  test.each([
    [['left']],
    [['right']],
    [['both']],
    [['nobody']],
    [['right', 'both']],
    [['right', 'both', 'both']],
    [['left', 'nobody', 'both']],
  ] as const)('goes where it would go anyway: %s', (types) => {
    expect(stateAfter(askingTakersOnly(twoLamps()), ...types)).toEqual(stateAfter(twoLamps(), ...types))
  })

  test('asks no region for an event that none takes', () => {
    const machine = askingTakersOnly(twoLamps())
    expect(machine.getTransitionData(createActor(machine).getSnapshot(), { type: 'nobody' })).toEqual([])
  })

  test('stays so when it is provided with other implementations', () => {
    const machine = askingTakersOnly(twoLamps()).provide({ guards: { isRightOn: () => true } })
    expect(stateAfter(machine, 'both')).toEqual({ left: 'on', right: 'on' })
  })

  test('has no wildcards, and no transitions of its own', () => {
    const wild = lamps.createMachine({
      type: 'parallel',
      states: { left: { initial: 'off', states: { off: { on: { '*': 'on' } }, on: {} } } },
    })
    expect(() => askingTakersOnly(wild)).toThrow(new TypeError('* is a wildcard'))
    const own = lamps.createMachine({ type: 'parallel', on: { left: { actions: () => {} } }, states: {} })
    expect(() => askingTakersOnly(own)).toThrow(new TypeError('the root of the machine has transitions of its own'))
  })
})

test('the peer takes the transitions that XState finds by asking every region', () => {
  const everyRegion = Object.getPrototypeOf(peerMachine).getTransitionData
  const { asking, extending, flags, lifecycle, serving } = peerEvents
  const events: readonly PeerModelEvent[] = [...lifecycle, ...flags, ...extending, ...asking, ...serving]
  const actor = createActor(peerModel.provide({ actors: { transport: fromCallback(() => {}) } }), {
    input: peerInputs.dialled,
  })
  let seen = 0
  const compare = (snapshot: AnyMachineSnapshot) => {
    for (const event of events) {
      const found = snapshot.machine.getTransitionData(snapshot, event)
      expect(found, event.type).toEqual(everyRegion.call(snapshot.machine, snapshot, event))
      seen += found.length
    }
  }
  actor.start()
  compare(actor.getSnapshot())
  for (const event of events.filter(({ type }) => !/closed|close$|fault|violation|corrupt|adjust/.test(type))) {
    actor.send(event)
    compare(actor.getSnapshot())
  }
  expect(seen).toBeGreaterThan(1_000)
})
