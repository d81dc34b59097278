import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { assign, createActor, createMachine, fromCallback, type InspectionEvent, sendTo, setup } from 'xstate'
import { forStately } from '../../inspector/for-stately.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { createPair, everything } from '../pair.ts'
import { createSwarm } from '../swarm/swarm.ts'

/** What is handed on, in a line each: the actor, and its event, or its state with the event that led there. */
const lineOf = (seen: InspectionEvent): string => {
  const name = Reflect.get(seen.actorRef, 'id')
  if (seen.type === '@xstate.event') return `${name} hears ${seen.event.type}`
  if (seen.type === '@xstate.snapshot')
    return `${name} is ${JSON.stringify(Reflect.get(seen.snapshot, 'value'))} by ${seen.event.type}`
  return `${name} is there`
}

/** A lamp that is switched on and off, and counts how often it is looked at. */
const lampMachine = setup({ types: { context: {} as { looks: number } } }).createMachine({
  id: 'lamp',
  context: { looks: 0 },
  initial: 'off',
  on: { look: { actions: assign({ looks: ({ context }) => context.looks + 1 }) }, rest: {} },
  states: { off: { on: { switch: 'on' } }, on: { on: { switch: 'off' } } },
})

function lit() {
  const clock = new SimulatedClock()
  const seen: InspectionEvent[] = []
  const lamp = createActor(lampMachine, { id: 'lamp', inspect: forStately((event) => seen.push(event), clock) }).start()
  /** What came since the last call, when the turn is over. */
  const told = async () => {
    await setImmediate()
    return seen.splice(0).map(lineOf)
  }
  const contexts = async () => {
    await setImmediate()
    return seen
      .splice(0)
      .flatMap((event) => (event.type === '@xstate.snapshot' ? [Reflect.get(event.snapshot, 'context')] : []))
  }
  return { clock, contexts, lamp, told }
}

describe('what Stately is told', () => {
  test('is every change of a state with its event, in order, at the end of the turn', async () => {
    const { lamp, told } = lit()
    for (let i = 0; i < 3; i++) lamp.send({ type: 'switch' })
    expect(await told()).toEqual([
      'lamp is there',
      'lamp hears xstate.init',
      'lamp is "off" by xstate.init',
      'lamp hears switch',
      'lamp is "on" by switch',
      'lamp hears switch',
      'lamp is "off" by switch',
      'lamp hears switch',
      'lamp is "on" by switch',
    ])
  })

  test('is of events that change no state the first of a type in a second', async () => {
    const { clock, lamp, told } = lit()
    await told()
    for (let i = 0; i < 10; i++) lamp.send({ type: 'rest' })
    expect(await told()).toEqual(['lamp hears rest'])
    clock.advance(1_000)
    for (let i = 0; i < 10; i++) lamp.send({ type: 'rest' })
    expect(await told()).toEqual(['lamp hears rest'])
  })

  test('is a second later how an actor stands that has changed, but not its state', async () => {
    const { clock, contexts, lamp } = lit()
    await contexts()
    for (let i = 0; i < 10; i++) lamp.send({ type: 'look' })
    clock.advance(999)
    expect(await contexts()).toEqual([])
    clock.advance(1)
    expect(await contexts()).toEqual([{ looks: 10 }])
    clock.advance(5_000)
    expect(await contexts()).toEqual([])
  })

  test('is at once how an actor stood at its end', async () => {
    const { clock, contexts, lamp } = lit()
    await contexts()
    lamp.send({ type: 'look' })
    lamp.stop()
    expect(await contexts()).toEqual([{ looks: 1 }])
    clock.advance(5_000)
    expect(await contexts()).toEqual([])
  })

  test('is sampled beyond 500 changes in a second, and the last one is not lost', async () => {
    const { clock, lamp, told } = lit()
    await told()
    for (let i = 0; i < 2_002; i++) lamp.send({ type: 'switch' })
    const lines = await told()
    expect(lines.filter((line) => line.includes(' is '))).toHaveLength(499)
    expect(lines.filter((line) => line.includes(' hears '))).toHaveLength(499)
    clock.advance(1_000)
    expect([lines.at(-1), await told()]).toEqual(['lamp is "on" by switch', ['lamp is "off" by switch']])
  })

  test('goes on behind one who throws, whose error is an uncaught exception', async () => {
    const uncaught: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of before) process.on('uncaughtException', listener)
    })
    const seen: string[] = []
    const inspect = forStately({
      next(event) {
        seen.push(event.type)
        throw new Error('no socket')
      },
    })
    createActor(createMachine({}), { inspect }).start()
    await setImmediate()
    await setImmediate()
    expect(seen).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot'])
    await new Promise((resolve) => setTimeout(resolve))
    expect(uncaught.map(String)).toEqual(['Error: no socket', 'Error: no socket', 'Error: no socket'])
  })

  test('is of an actor that is no statechart what it hears, but not how it stands', async () => {
    const seen: InspectionEvent[] = []
    const parent = setup({ actors: { ear: fromCallback(() => {}) } }).createMachine({
      id: 'parent',
      invoke: { src: 'ear', id: 'ear' },
      on: { tell: { actions: sendTo('ear', { type: 'word', data: new Uint8Array(1_000) }) } },
    })
    const actor = createActor(parent, { id: 'parent', inspect: forStately((event) => seen.push(event)) }).start()
    actor.send({ type: 'tell' })
    await setImmediate()
    const ofEar = seen.filter((event) => Reflect.get(event.actorRef, 'id') === 'ear')
    expect(ofEar.map(lineOf)).toEqual(['ear is there', 'ear hears word'])
    expect(ofEar[1]).toMatchObject({ event: { type: 'word', text: 'data 1,000 bytes' } })
    expect(ofEar[1]).toMatchObject({ sourceRef: { sessionId: actor.sessionId, id: 'parent' } })
    expect(ofEar[0]?.actorRef).toMatchObject({ _parent: { sessionId: actor.sessionId } })
    actor.stop()
  })

  test('is every change of every region of a peer, and nothing of blocks', async () => {
    const raw: InspectionEvent[] = []
    const told: InspectionEvent[] = []
    const stately = forStately((event) => told.push(event))
    const pair = createPair({
      dialler: {
        have: everything,
        inspect: (event) => {
          raw.push(event)
          stately(event)
        },
      },
      accepter: { have: Uint8Array.of(0x7f, 0xc0) },
      readMs: () => 10,
    })
    pair.settle()
    for (const { peer } of [pair.dialler, pair.accepter]) {
      peer.unchoke()
      peer.interested()
    }
    pair.settle()
    pair.dialler.peer.request(1, 0, 16_384)
    pair.accepter.peer.request(0, 0, 16_384)
    pair.settle()
    pair.dialler.peer.actor.send({ type: 'torrent.adjust_reputation', delta: -50 })
    pair.settle()
    await setImmediate()

    const statesIn = (events: readonly InspectionEvent[]) => {
      const states = events.flatMap((event) =>
        event.type === '@xstate.snapshot' && event.actorRef.sessionId === pair.dialler.peer.actor.sessionId
          ? [JSON.stringify(Reflect.get(event.snapshot, 'value'))]
          : [],
      )
      return states.filter((state, i) => state !== states[i - 1])
    }
    expect(statesIn(told)).toEqual(statesIn(raw))
    const heard = told.flatMap((event) => (event.type === '@xstate.event' ? [event.event.type] : []))
    expect(heard).toContain('wire.unchoke')
    expect(heard.filter((type) => /piece$|request$|blocks$/.test(type))).toEqual([])
  })

  test('names actors by role and address', async () => {
    const names = new Set<unknown>()
    const swarm = createSwarm({ pieces: 1 })
    swarm.add('seeder', { has: 'all' })
    const inspect = forStately((event) => names.add(Reflect.get(event.actorRef, 'id')))
    const leecher = swarm.add('leecher', { knows: ['seeder'], inspect })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding')
    await swarm.stop()
    expect([...names].map((name) => String(name).replace(/[0-9a-f]{8}$/, 'HASH'))).toEqual(
      expect.arrayContaining([
        'torrent HASH',
        'core',
        'storage',
        'peer seeder:6881',
        'transport seeder:6881',
        'extension.ut_pex',
      ]),
    )
  })
})
