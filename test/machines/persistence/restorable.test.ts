import { describe, expect, test } from 'vitest'
import { createActor, fromCallback, setup } from 'xstate'
import { createTestModel } from 'xstate/graph'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { isRecord } from '../../../machines/persistence/codec.ts'
import { restorable } from '../../../machines/persistence/restorable.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const link = { address: { host: '192.0.2.1', port: 6881 }, direction: 'out', kind: 'tcp' } as const
const input = { peer: 0, link, at: 0, infoHash: 'aa'.repeat(20), peerId: '11'.repeat(20), encryption: 'none' } as const

interface Lamp {
  readonly watts: Set<number>
  readonly at: number
}

const machine = setup({
  types: {
    context: {} as Lamp,
    events: {} as { type: 'press' },
    input: {} as { watts: readonly number[]; at?: number } | undefined,
  },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ watts: new Set(input?.watts), at: input?.at ?? -1 }),
  type: 'parallel',
  states: { light: { initial: 'off', states: { off: { on: { press: 'on' } }, on: { on: { press: 'off' } } } } },
})

/** A lamp is restored as it shone, and made anew where it did not. */
const lamp = restorable(machine, {
  living: { what: 'a lamp', isAlive: ({ watts }) => watts instanceof Set },
  version: 3,
  write: ({ watts }) => [...watts],
  restore({ at, begin, context, input, next, resolve, value }) {
    const watts = Array.isArray(context) ? context.map(Number) : []
    if (value.light === 'off') return begin({ at, watts, ...input })
    return next(resolve({ light: 'off' }, { watts: new Set(watts), at }), { type: 'press' })
  },
})

const persisted = (...presses: readonly 'press'[]) => {
  const actor = createActor(lamp, { input: { watts: [4, 2] } }).start()
  for (const type of presses) actor.send({ type })
  return actor.getPersistedSnapshot()
}

describe('a machine that can be restored', () => {
  test('is persisted as plain data that says which machine and which version it is of', () => {
    expect(persisted('press')).toStrictEqual({
      status: 'active',
      machine: 'lamp',
      version: 3,
      value: { light: 'on' },
      context: [4, 2],
      children: {},
    })
  })

  test('is restored as its own rule says, with the time that its clock tells', () => {
    const clock = new SimulatedClock()
    clock.advance(70)
    for (const one of [lamp, lamp.provide({})]) {
      const on = createActor(one, { snapshot: persisted('press'), clock, input: undefined })
      expect(on.getSnapshot()).toMatchObject({ value: { light: 'on' }, context: { watts: new Set([4, 2]), at: 70 } })
      const off = createActor(one, { snapshot: persisted(), input: undefined })
      expect(off.getSnapshot()).toMatchObject({ value: { light: 'off' }, context: { watts: new Set([4, 2]), at: 0 } })
    }
  })

  test('is restored with what createActor is given beside the snapshot', () => {
    const { context } = createActor(lamp, { snapshot: persisted(), input: { watts: [9] } }).getSnapshot()
    expect(context.watts).toEqual(new Set([9]))
  })

  test('goes on behind that as any other', () => {
    const actor = createActor(lamp, { snapshot: persisted('press'), input: undefined }).start()
    actor.send({ type: 'press' })
    expect(actor.getSnapshot().value).toEqual({ light: 'off' })
    expect(actor.getPersistedSnapshot()).toEqual(persisted())
  })

  test('needs no input in a program of TypeScript, as the snapshot is enough', () => {
    expect(createActor(lamp, { snapshot: persisted() }).getSnapshot().status).toBe('active')
    const { error } = createActor(peerMachine).getSnapshot()
    expect(error).toEqual(new TypeError('a peer is made from an input, or restored from a snapshot'))
  })

  test('is a model for the tests of xstate/graph as before', () => {
    const events = [{ type: 'press' }] as const
    const paths = createTestModel(lamp).getSimplePaths({ input: { watts: [] }, events })
    const seen = paths.flatMap(({ state, steps }) => [state, ...steps.map((step) => step.state)])
    expect(new Set(seen.map(({ value }) => value.light))).toEqual(new Set(['off', 'on']))
    const peer = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
    const opened = createTestModel(peer).getShortestPaths({ input, events: [{ type: 'transport.opened' }] })
    expect(opened.at(-1)?.state.value.handshake).toEqual({ handshaking: 'awaiting_info_hash' })
  })
})

describe('a snapshot is refused', () => {
  const refusalOf = (change: object) => {
    const snapshot = { ...persisted(), ...change }
    const { error } = createActor(lamp, { snapshot, input: undefined }).getSnapshot()
    return isRecord(error) ? error.refusal : undefined
  }

  test.each([
    ['of another machine', { machine: 'fan' }, 'foreign'],
    ['of another version', { version: 2 }, 'version'],
    ['of an actor whose code had thrown', { status: 'error' }, 'crashed'],
    ['without states', { value: 'off' }, 'malformed'],
    ['with states that are not all', { value: {} }, 'malformed'],
    ['with states that there are not', { value: { light: 'broken' } }, 'malformed'],
    ['with regions that there are not', { value: { light: 'on', fan: 'on' } }, 'malformed'],
  ])('%s', (_, change, refusal) => {
    expect(refusalOf(change)).toBe(refusal)
  })
})
