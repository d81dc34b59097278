import { expect, test } from 'vitest'
import { createSimulatedNetwork } from '../../../simulator/network/network.ts'
import { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import type { DatagramSocket } from '../../../transport/datagrams/datagrams.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { inFull } from '../../in-full.ts'
import { testCompliance } from '../../transport/compliance.ts'
import { star } from './star.ts'

if (inFull) {
  testCompliance('TCP of the simulated network', {
    create: () => {
      const clock = new SimulatedClock()
      const network = createSimulatedNetwork(clock, seededRandom(1))
      const access = { latencyMs: 15, upBytesPerSecond: 20e6, downBytesPerSecond: 50e6 }
      const dialler = network.host('dialler', access)
      const listener = network.host('listener', access)
      network.host('island', access)
      network.move(['island'], 1)
      let idleTurns = 0
      return {
        dialler: dialler.tcp,
        listener: listener.tcp,
        resetter: network.host('resetter', access),
        host: 'listener',
        turn: async () => {
          await new Promise((resolve) => setImmediate(resolve))
          // What a microtask brings needs no timer.
          idleTurns = clock.advanceToNext() ? 0 : idleTurns + 1
          if (idleTurns > 3) throw new Error('nothing is under way any more')
        },
        settle: async () => {
          do await new Promise((resolve) => setImmediate(resolve))
          while (clock.advanceToNext())
        },
        heldResources: () => clock.pending + dialler.connections + listener.connections,
        dispose: () => expect(clock.pending).toBe(0),
      }
    },
    failures: {
      nobodyListens: ({ dialler }) => dialler.dial({ host: 'listener', port: 1 }),
      noRoute: ({ dialler }) => dialler.dial({ host: 'nowhere', port: 1 }),
      resets: async ({ dialler, resetter }) => {
        const listener = await resetter.tcp.listen({ host: 'resetter', port: 0 }, (connection) => {
          const end = new EndOfConnection(connection)
          end.onData = () => resetter.reset()
          end.open()
        })
        return dialler.dial(listener.address)
      },
    },
  })
}

/** Keeps its queue full. */
function fill(end: EndOfConnection): void {
  const chunk = new Uint8Array(100_000)
  end.onDrained = () => {
    while (end.write(chunk)) {
      // Until the queue is full.
    }
  }
  end.onDrained()
}

const mebibyte = 1024 * 1024

test('the connections of a host share its line up evenly, and use all of it', async () => {
  const { ends, time } = await star([{ upBytesPerSecond: mebibyte, latencyMs: 20 }, {}, {}, {}, {}])
  for (const { from } of ends) fill(from)
  await time.pass(10_000)
  const received = ends.map(({ to }) => to.receivedBytes)
  expect(received.reduce((sum, one) => sum + one, 0) / (10 * mebibyte)).toBeGreaterThan(0.97)
  expect(received.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10 * mebibyte)
  expect(Math.min(...received) / Math.max(...received)).toBeGreaterThan(0.95)
})

test('a slow line down bounds one connection, and the others have what it leaves', async () => {
  const lines = [{ upBytesPerSecond: mebibyte }, { downBytesPerSecond: mebibyte / 8 }, {}]
  const { ends, time } = await star(lines)
  for (const { from } of ends) fill(from)
  await time.pass(10_000)
  const [slow = 0, fast = 0] = ends.map(({ to }) => to.receivedBytes / (10 * mebibyte))
  expect(slow).toBeGreaterThan(0.11)
  expect(slow).toBeLessThanOrEqual(0.125)
  expect(fast).toBeGreaterThan(0.83)
})

test('a small message is not held up by the blocks that others are sent', async () => {
  const { clock, ends, time } = await star([{ upBytesPerSecond: mebibyte, latencyMs: 20 }, {}, {}])
  const [busy, quiet] = ends
  if (busy) fill(busy.from)
  await time.pass(1_000)
  const at = clock.now()
  quiet?.from.write(new Uint8Array(9))
  await time.until(() => quiet?.to.receivedBytes === 9)
  expect(clock.now() - at).toBe(20)
})

test.each([
  ['up', { upBytesPerSecond: 1_000 }, {}],
  ['down', {}, { downBytesPerSecond: 1_000 }],
])('many small messages take a line %s as long as few large ones, and arrive in order', async (_, near, far) => {
  const { clock, ends, time } = await star([near, far])
  const { from, to } = ends[0] ?? {}
  if (!from || !to) throw new Error('there is no connection')
  const read: number[] = []
  to.onData = (chunk) => read.push(...chunk)
  const at = clock.now()
  for (let i = 0; i < 20; i++) {
    from.write(new Uint8Array(1_400).fill(i))
    await time.pass(10)
  }
  await time.until(() => read.length === 28_000)
  // The first goes before its time, and is paid for.
  expect(clock.now() - at).toBeGreaterThan(26_000)
  expect(clock.now() - at).toBeLessThan(28_100)
  expect(read).toEqual(Array.from({ length: 28_000 }, (_, nth) => Math.floor(nth / 1_400)))
})

test.each([
  ['at time 0', 0, 0, 0],
  ['at odd times', 0, 1 / 3, 0.7],
  ['at the time when they are through', 5_000, 0, 3_000],
])(
  'a small message behind blocks that wait for a slow line down neither overtakes nor hastens them, %s',
  async (...row) => {
    const [, latencyMs, startMs, everyMs] = row
    const { clock, ends, time } = await star([{}, { downBytesPerSecond: 1_000, latencyMs }])
    const { from, to } = ends[0] ?? {}
    if (!from || !to) throw new Error('there is no connection')
    const read: number[] = []
    const readAt: number[] = []
    to.onData = (chunk) => {
      read.push(...chunk)
      readAt.push(clock.now())
    }
    await time.pass(startMs)
    const at = clock.now()
    from.write(new Uint8Array(3_000))
    for (let i = 1; i <= 100; i++) {
      await time.pass(everyMs)
      from.write(Uint8Array.of(i))
    }
    await time.until(() => read.length === 3_100)
    expect(read).toEqual([...new Uint8Array(3_000), ...Array.from({ length: 100 }, (_, nth) => nth + 1)])
    expect((readAt[0] ?? 0) - at).toBeCloseTo(latencyMs + 3_000)
  },
)

test('small messages that a line has carried long ago hold up nothing', async () => {
  const { clock, ends, time } = await star([{ upBytesPerSecond: 1_000 }, {}])
  const { from, to } = ends[0] ?? {}
  if (!from || !to) throw new Error('there is no connection')
  for (let i = 0; i < 100; i++) {
    from.write(new Uint8Array(100))
    await time.pass(1_000)
  }
  expect(to.receivedBytes).toBe(10_000)
  const at = clock.now()
  from.write(new Uint8Array(1_448))
  await time.until(() => to.receivedBytes === 11_448)
  expect(clock.now() - at).toBeCloseTo(1_448)
})

test('what went between the packets of others is paid for by what follows', async () => {
  const { ends, time } = await star([{ upBytesPerSecond: 10_000 }, {}, {}])
  const [busy, quiet] = ends
  if (busy) fill(busy.from)
  for (let i = 0; i < 1_000; i++) {
    quiet?.from.write(new Uint8Array(50))
    await time.pass(10)
  }
  expect(quiet?.to.receivedBytes).toBe(50_000)
  // Half of the line: what went during a packet is paid for by the next one.
  expect(busy?.to.receivedBytes).toBeGreaterThan(48_000)
  expect(busy?.to.receivedBytes).toBeLessThanOrEqual(50_000 + 1_448)
})

test('a reader that stops amid what came finds the rest as it was sent, whatever others were sent meanwhile', async () => {
  const { ends, time } = await star([{ upBytesPerSecond: mebibyte, latencyMs: 20 }, {}, {}])
  const [slow, other] = ends
  if (!slow || !other) throw new Error('there are no connections')
  const read: Uint8Array[] = []
  slow.to.connection.readAtMost(1_000)
  slow.to.onData = (chunk) => {
    read.push(chunk.slice())
    slow.to.connection.pause()
  }
  const sent = Uint8Array.from({ length: 60_000 }, (_, nth) => (nth * 7) % 251)
  slow.from.write(sent.slice())
  await time.until(() => read.length === 1)
  for (let i = 0; i < 5; i++) {
    other.from.write(new Uint8Array(60_000).fill(255))
    await time.pass(500)
  }
  while (read.length < 60) {
    const { length } = read
    slow.to.resume()
    await time.until(() => read.length > length)
  }
  expect(Buffer.concat(read).equals(sent)).toBe(true)
})

test('a line that cannot be is refused', () => {
  const network = createSimulatedNetwork(new SimulatedClock(), seededRandom(1))
  expect(() => network.host('a', { upBytesPerSecond: 0 })).toThrow('upBytesPerSecond')
  expect(() => network.host('a', { latencyMs: -1 })).toThrow('latencyMs')
  network.host('b')
  expect(() => network.host('b')).toThrow('there is a host b already')
})

test('a socket of datagrams that asks for any port has one, however many there were before', () => {
  const { udp } = createSimulatedNetwork(new SimulatedClock(), seededRandom(1)).host('a')
  const ports = new Set<number>()
  const handler = { received: () => undefined, drained: () => undefined }
  for (let i = 0; i < 20_000; i++) {
    udp.bind({ host: 'a', port: 0 }, handler, (bound) => {
      if (bound instanceof Error) throw bound
      ports.add(bound.address.port)
      bound.close(() => undefined)
    })
  }
  expect([Math.min(...ports), Math.max(...ports)]).toEqual([49_152, 65_535])
})

test('a socket of datagrams has an address of its own host, a port that can be, and one that is free', () => {
  const { udp } = createSimulatedNetwork(new SimulatedClock(), seededRandom(1)).host('a')
  const bind = (host: string, port: number): unknown => {
    let told: DatagramSocket | Error | undefined
    udp.bind({ host, port }, { received: () => undefined, drained: () => undefined }, (bound) => {
      told = bound
    })
    return told
  }
  expect(bind('a', 49_152)).toMatchObject({ address: { host: 'a', port: 49_152 } })
  expect(bind('a', 49_152)).toMatchObject({ code: 'EADDRINUSE' })
  expect(bind('a', 0)).toMatchObject({ address: { host: 'a', port: 49_153 } })
  expect(bind('b', 5)).toMatchObject({ code: 'EADDRNOTAVAIL' })
  expect(bind('a', 65_536)).toBeInstanceOf(RangeError)
})

test('datagrams pass the lines of both hosts, and none crosses a cut', async () => {
  const clock = new SimulatedClock()
  const network = createSimulatedNetwork(clock, seededRandom(1))
  const [a, b] = ['a', 'b'].map((name) =>
    network.host(name, { latencyMs: 10, upBytesPerSecond: 100_000, downBytesPerSecond: 50_000 }),
  )
  const heard: number[] = []
  const nothing = { received: () => undefined, drained: () => undefined }
  b?.udp.bind({ host: 'b', port: 5 }, { ...nothing, received: () => heard.push(clock.now()) }, () => undefined)
  let socket: DatagramSocket | undefined
  a?.udp.bind({ host: 'a', port: 0 }, nothing, (bound) => {
    if (!(bound instanceof Error)) socket = bound
  })
  const datagram = new Uint8Array(1_000 - 28)
  for (let i = 0; i < 3; i++) socket?.send(datagram, { host: 'b', port: 5 })
  clock.advance(1_000)
  // Each takes 10 ms up, 20 ms between, and 20 ms down behind the one before.
  expect(heard).toEqual([50, 70, 90])
  network.move(['b'], 1)
  socket?.send(datagram, { host: 'b', port: 5 })
  clock.advance(1_000)
  expect(heard).toHaveLength(3)
})

test('hosts of which nothing was said have no limit and no latency', async () => {
  const { clock, ends, time } = await star([{}, {}])
  const { from, to } = ends[0] ?? {}
  from?.write(new Uint8Array(300_000))
  await time.until(() => to?.receivedBytes === 300_000)
  expect(clock.now()).toBe(0)
})
