import { expect, test } from 'vitest'
import { createActor, setup } from 'xstate'
import { listenerLogic } from '../../actors/listener.ts'
import type { ListenerNews } from '../../machines/torrent/vocabulary/events.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Address, Connection, TransportEnd } from '../../transport/transport.ts'

const here = { host: 'a', port: 6881 }
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A parent that listens while it is `on`, and notes the news. */
function aListener({ address }: { readonly address: Address | undefined } = { address: here }) {
  const clock = new SimulatedClock()
  const network = createMemoryNetwork({ clock, random: seededRandom(1) })
  const news: ListenerNews[] = []
  const machine = setup({
    types: { events: {} as ListenerNews | { type: 'toggle' } },
    actors: { listener: listenerLogic(network.transport('a')) },
    actions: { note: ({ event }) => event.type !== 'toggle' && news.push(event) },
  }).createMachine({
    initial: 'on',
    on: { '*': { actions: 'note' } },
    states: {
      on: { invoke: { src: 'listener', id: 'listener', input: { address } }, on: { toggle: 'off' } },
      off: { on: { toggle: 'on' } },
    },
  })
  const actor = createActor(machine)
  actor.start()
  return { actor, clock, network, news, toggle: () => actor.send({ type: 'toggle' }) }
}

/** How a dial to the listener ends; undefined while it stands. */
function dial({ network }: ReturnType<typeof aListener>): { end: TransportEnd | undefined; connection: Connection } {
  const connection = network.transport('b').dial(here)
  const dialled = { end: undefined as TransportEnd | undefined, connection }
  connection.open({
    opened: () => {},
    data: () => {},
    drained: () => {},
    closed: (end) => {
      dialled.end = end
    },
  })
  return dialled
}

test('tells where it listens, and hands over whoever connects', async () => {
  const listener = aListener()
  await turn()
  expect(listener.news).toEqual([{ type: 'listener.listening', transport: 'memory', address: here }])
  const { end } = dial(listener)
  listener.clock.advance(0)
  expect(listener.news.at(-1)?.type).toBe('listener.accepted')
  expect(end).toBeUndefined()
})

test('without an address it does nothing', async () => {
  const { actor, news } = aListener({ address: undefined })
  await turn()
  expect(news).toEqual([])
  actor.stop()
})

test('a port in use is told as a failure, once', async () => {
  const listener = aListener()
  listener.toggle()
  await turn()
  await listener.network.transport('a').listen(here, () => {})
  listener.toggle()
  await turn()
  expect(listener.news).toMatchObject([{ type: 'listener.failed', error: { code: 'EADDRINUSE' } }])
})

test('stopped it lets go of the port, also when it was still being bound', async () => {
  for (const turnsBefore of [0, 1]) {
    const listener = aListener()
    for (let i = 0; i < turnsBefore; i++) await turn()
    listener.toggle()
    await turn()
    const dialled = dial(listener)
    listener.clock.advance(0)
    expect(dialled.end?.code).toBe('refused')
  }
})

test('started again at once it waits for the port', async () => {
  const listener = aListener()
  listener.toggle()
  listener.toggle()
  await turn()
  expect(listener.news.map(({ type }) => type)).toEqual(['listener.listening'])
})
