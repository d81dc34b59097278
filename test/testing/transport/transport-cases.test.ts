import { describe, expect, test } from 'vitest'
import type { TransportPair } from '../../../testing/transport/suite.ts'
import { transportCases } from '../../../testing/transport/transport-cases.ts'
import { createMemoryNetwork, memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Connection, ConnectionHandler, Transport, TransportEnd } from '../../../transport/transport.ts'
import { inFull } from '../../in-full.ts'

/** What a transport does wrong: its own way in place of the memory transport's. */
interface Fault {
  readonly handler?: (handler: ConnectionHandler, connection: Connection) => Partial<ConnectionHandler>
  readonly connection?: (connection: Connection) => Partial<Connection>
  readonly transport?: (transport: Transport) => Partial<Transport>
  readonly pair?: Partial<TransportPair>
}

/** Calls what is its own, and else what stands behind it. */
function instead<Kind extends object>(of: Kind, own: Partial<Kind>): Kind {
  return new Proxy(of, {
    get: (_, name) => {
      const from = Object.hasOwn(own, name) ? own : of
      const value: unknown = Reflect.get(from, name)
      return typeof value === 'function' ? value.bind(from) : value
    },
  })
}

const spoiltConnection = (connection: Connection, fault: Fault): Connection => {
  const spoilt = instead(connection, fault.connection?.(connection) ?? {})
  const open = (handler: ConnectionHandler) =>
    spoilt.open(fault.handler ? instead(handler, fault.handler(handler, connection)) : handler)
  return instead(spoilt, { open })
}

const spoiltTransport = (transport: Transport, fault: Fault): Transport => {
  const spoilt = instead(transport, fault.transport?.(transport) ?? {})
  return instead(spoilt, {
    dial: (address) => spoiltConnection(spoilt.dial(address), fault),
    listen: (address, accept) => spoilt.listen(address, (connection) => accept(spoiltConnection(connection, fault))),
  })
}

const deaf: ConnectionHandler = { opened() {}, data() {}, drained() {}, closed() {} }

interface MemoryPair extends TransportPair {
  readonly clock: SimulatedClock
  readonly broken: Transport
}

const casesOf = (fault: Fault) =>
  transportCases<MemoryPair>({
    create: () => {
      const clock = new SimulatedClock()
      const link = { clock, random: seededRandom(1), latencyMs: 10 }
      const network = createMemoryNetwork(link)
      return {
        clock,
        dialler: spoiltTransport(network.transport('dialler'), fault),
        listener: spoiltTransport(network.transport('listener'), fault),
        broken: createMemoryNetwork({ ...link, resetAfterBytes: () => 0 }).transport('listener'),
        host: 'listener',
        turn: async () => {
          if (!clock.advanceToNext()) throw new Error('nothing is under way any more')
        },
        settle: async () => {
          while (clock.advanceToNext()) {
            // Until nothing is under way.
          }
        },
        heldResources: () => clock.pending,
        ...fault.pair,
      }
    },
    failures: {
      nobodyListens: ({ dialler }) => dialler.dial({ host: 'listener', port: 1 }),
      noRoute: ({ clock }) => spoiltConnection(failingDial(clock, 'unreachable'), fault),
      noAnswer: ({ clock }) => spoiltConnection(failingDial(clock, 'timeout'), fault),
      resets: async ({ broken }) => {
        const { address } = await broken.listen({ host: 'listener', port: 0 }, (connection) => connection.open(deaf))
        return spoiltConnection(broken.dial(address), fault)
      },
      vanishes: ({ clock }) => {
        const [dialler] = memoryPair({ clock, random: seededRandom(1) })
        return spoiltConnection(vanishing(dialler, clock), fault)
      },
    },
    bigBytes: 1_200_000,
  })

/** A dial that ends after a second. */
function failingDial(clock: SimulatedClock, code: TransportEnd['code']): Connection {
  const network = createMemoryNetwork({ clock, random: seededRandom(1) })
  network.blackhole('nobody')
  const dial = network.transport('nowhere').dial({ host: 'nobody', port: 1 })
  return instead(dial, {
    open: (handler) => {
      clock.setTimeout(() => dial.destroy(), 1_000)
      dial.open(instead(handler, { closed: () => handler.closed({ code }) }))
    },
  })
}

/** A connection whose remote is gone a second after it opened. */
function vanishing(connection: Connection, clock: SimulatedClock): Connection {
  return instead(connection, {
    open: (handler) =>
      connection.open(
        instead(handler, {
          opened: () => {
            clock.setTimeout(() => connection.destroy(), 1_000)
            handler.opened()
          },
          closed: () => handler.closed({ code: 'timeout' }),
        }),
      ),
  })
}

const codeInstead = (wrong: (end: TransportEnd) => TransportEnd['code']): Fault => ({
  handler: (handler) => ({ closed: (end) => handler.closed({ code: wrong(end) }) }),
})

/** By what is wrong: the fault, and the rules that it breaks, some of those the suite finds. */
const faults: Readonly<Record<string, readonly [Fault, ...string[]]>> = {
  'names a wrong direction': [
    { connection: () => ({ direction: 'in' }) },
    'an open connection is opened on both ends, and knows its direction, kind and remote',
  ],
  'opens synchronously': [
    {
      connection: (connection) => ({
        open: (handler) => {
          handler.opened()
          connection.open(instead(handler, { opened: () => undefined }))
        },
      }),
    },
    'an open connection is opened on both ends, and knows its direction, kind and remote',
    'destroy right after open closes by destroyed, unopened',
    'destroy after a write while dialling closes by destroyed, unopened',
    'destroy after an end while dialling closes by destroyed, unopened',
    'end while dialling sends the queue, and never opens',
    'a dial to where no way leads is closed by unreachable, not thrown, with one byte written',
    'a dial that is never answered is closed by timeout, not thrown, with one byte written',
  ],
  'forgets what is written before it has opened': [
    {
      connection: (connection) => {
        let isOpen = false
        return {
          open: (handler) =>
            connection.open(
              instead(handler, {
                opened: () => {
                  handler.opened()
                  isOpen = true
                },
              }),
            ),
          write: (chunks) => connection.write(isOpen ? chunks : []),
        }
      },
    },
    'what is written while dialling waits, and arrives',
    'what is written from inside opened arrives, from both ends',
    'end while dialling sends the queue, and never opens',
  ],
  'swaps bytes': [
    { handler: (handler) => ({ data: (chunk) => handler.data(chunk.reverse()) }) },
    'many writes of every size arrive in order and complete, both ways at once',
  ],
  'takes all that is written': [
    {
      connection: (connection) => ({
        write: (chunks) => {
          connection.write(chunks)
          return true
        },
      }),
    },
    'a writer that heeds write and drained moves a lot, with a bounded queue',
  ],
  'is never drained': [
    { handler: () => ({ drained: () => undefined }) },
    'a writer that heeds write and drained moves a lot, with a bounded queue',
    'while a receiver pauses the sender queues; when it resumes all arrives and drained comes once',
    'destroy from inside opened, data and drained is followed by closed alone',
  ],
  'reads on while it is paused': [
    { connection: () => ({ pause: () => undefined }) },
    'a pause while dialling holds',
    'both ends pause and queue at once, and one that resumes is not held up by the other',
    'a receiver that pauses inside data gets no more until it resumes',
    'a paused connection notices the end of the remote when it resumes, behind the bytes',
    'a connection that pauses inside data when the remote has ended gets every byte, then the end when it resumes',
  ],
  'reads as much as there is': [
    { connection: () => ({ readAtMost: () => undefined }) },
    'reads are as small as they are to be, until they may be large again',
  ],
  'reads a byte at a time once it was told to read little': [
    { connection: (connection) => ({ readAtMost: () => connection.readAtMost(1) }) },
    'reads are as small as they are to be, until they may be large again',
  ],
  'opens what it accepts': [
    {
      transport: (transport) => ({
        listen: (address, accept) =>
          transport.listen(address, (connection) => {
            connection.open(deaf)
            accept(instead(connection, { open: (handler) => queueMicrotask(() => handler.opened()) }))
          }),
      }),
    },
    'an accepted connection reads nothing before open, then all',
    'a connection whose dialler has gone before open is opened and closed',
    'an accepted connection destroyed before open ends the remote, and a later open reports it',
    'a connection that was accepted and not opened lives on when the listener closes',
  ],
  'lets misuse pass': [
    { connection: () => ({ pause: () => undefined }) },
    'what needs an open connection throws before open, and so does a second open',
  ],
  'ends as it destroys': [
    { connection: (connection) => ({ end: () => connection.destroy() }) },
    'end sends what is queued, then the remote is closed by end and we by destroyed',
    'end loses nothing while the remote is sending, and what it sends is not reported',
  ],
  'never ends': [
    { connection: () => ({ end: () => undefined }) },
    'end on a paused connection still ends',
    'both ends may end at once',
    'methods on a connection that the remote has ended do nothing',
  ],
  'is not destroyed': [
    { connection: () => ({ destroy: () => undefined }) },
    'destroy before open leaves nothing to call, and a later open reports it',
    'destroy on an open connection closes by destroyed, and the remote by end or reset',
    'destroy ends an end that the remote does not answer',
  ],
  'closes for no reason': [
    codeInstead(() => 'error'),
    'a dial where nobody listens is closed by refused, not thrown, with one byte written',
    'a dial where nobody listens is closed by refused, not thrown, with much written',
    'a dial to where no way leads is closed by unreachable, not thrown, with much written',
    'a dial that is never answered is closed by timeout, not thrown, with much written',
    'a connection that the remote resets is closed by reset, not thrown, with one byte written',
    'a connection that the remote resets is closed by reset, not thrown, with much written',
    'a connection whose remote has vanished is closed by timeout, not thrown, with one byte written',
    'a connection whose remote has vanished is closed by timeout, not thrown, with much written',
  ],
  'closes twice': [
    {
      handler: (handler) => ({
        closed: (end) => {
          handler.closed(end)
          handler.closed(end)
        },
      }),
    },
    'both ends may end at once',
  ],
  'listens twice on one address': [
    { transport: (transport) => ({ listen: (address, accept) => transport.listen({ ...address, port: 0 }, accept) }) },
    'listening where the transport listens already rejects with EADDRINUSE',
  ],
  'has one port': [
    { transport: (transport) => ({ listen: ({ host }, accept) => transport.listen({ host, port: 6881 }, accept) }) },
    'two listeners have ports of their own, and each accepts what was dialled to it',
  ],
  'accepts when it has closed': [
    {
      transport: (transport) => ({
        listen: async (address, accept) => ({ ...(await transport.listen(address, accept)), close: async () => {} }),
      }),
    },
    'close refuses new dials, leaves accepted connections alone, and lets the transport listen there again',
  ],
  'is idle while it is not': [
    { transport: () => ({ idle: async () => undefined }) },
    'idle, where there is one, resolves when the last connection has ended, and not before',
  ],
  'holds on to what has ended': [
    { pair: { heldResources: heldForEver() } },
    '200 connections that come and go by every way leave nothing behind',
  ],
}

function heldForEver(): () => number {
  let held = 0
  return () => held++
}

describe('the suite notices a transport that', () => {
  const broken = Object.entries(faults).flatMap(([what, [fault, ...rules]]) =>
    rules.map((rule) => [what, fault, rule] as const),
  )

  /** Dear: each byte is a turn. */
  const slow = 'reads a byte at a time once it was told to read little'

  test.each(broken.filter(([what]) => inFull || what !== slow))('%s', async (_, fault, rule) => {
    const [found] = casesOf(fault).filter(({ title }) => title === rule)
    await expect(found?.run() ?? Promise.resolve()).rejects.toThrow()
  })

  test('breaks any rule of it', () => {
    const noticed = new Set(broken.map(([, , rule]) => rule))
    expect(casesOf({}).map(({ title }) => title)).toEqual([...new Set(casesOf({}).map(({ title }) => title))])
    expect(casesOf({}).flatMap(({ title }) => (noticed.has(title) ? [] : [title]))).toEqual([])
  })
})

describe('the suite finds no fault in one that keeps its promises, also of failures that no other transport can be made to meet', () => {
  const failing = casesOf({}).filter(({ title }) => title.includes('not thrown'))

  test.each(failing.map((one) => [one.title, one] as const))('%s', async (_, { run }) => {
    await run()
  })
})

test('a failure that a transport cannot meet is a case less', () => {
  const { create, bigBytes } = { create: () => Promise.reject(new Error('not run')), bigBytes: 1 }
  const titles = transportCases({ create, bigBytes, failures: {} }).map(({ title }) => title)
  expect(titles.filter((title) => title.includes('not thrown'))).toEqual([])
  expect(casesOf({}).length - titles.length).toBe(10)
})
