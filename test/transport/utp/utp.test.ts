import { describe, expect, test } from 'vitest'
import { createUtpLife } from '../../../actors/utp-life.ts'
import { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import type { TransportPair, TransportSuite } from '../../../testing/transport/suite.ts'
import type { DatagramSocket, Datagrams } from '../../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork, type DatagramNetwork } from '../../../transport/datagrams/simulated.ts'
import type { PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { udpDatagrams } from '../../../transport/datagrams/udp.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address, Transport } from '../../../transport/transport.ts'
import { decodePacket, type Packet, packetTypes } from '../../../transport/utp/packet.ts'
import { utpTransport } from '../../../transport/utp/utp.ts'
import { inFull, longTest } from '../../in-full.ts'
import { testCompliance } from '../compliance.ts'
import { packetOf, RawRemote, type SaidHeader } from './raw-remote.ts'
import { virtual } from './virtual-hosts.ts'

/** After so long all that can be moved has come, and nothing lingers. */
const settleMs = 10_000

/** A receiver has room for 1 MiB, and a writer's queue for 768 KiB before it is full. */
const bigBytes = 3 * 1024 * 1024

interface VirtualPair extends TransportPair {
  readonly network: DatagramNetwork
  /** The transport of one more host. */
  transport(name: string): Transport
}

const virtualSuite = (path: PathOptions): TransportSuite<VirtualPair> => ({
  create: () => {
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const network = createDatagramNetwork({ ...path, clock, random })
    const transport = (name: string) =>
      utpTransport({ createLife: createUtpLife, datagrams: network.host(name), clock, random })
    return {
      network,
      transport,
      dialler: transport('dialler'),
      listener: transport('listener'),
      host: 'listener',
      turn: async () => {
        // What is left then is for promises to tell.
        if (!clock.advanceToNext()) await new Promise((resolve) => setImmediate(resolve))
      },
      settle: async () => clock.advance(settleMs),
      heldResources: () => clock.pending,
      dispose: () => expect(clock.pending).toBe(0),
    }
  },
  failures: {
    nobodyListens: ({ dialler, network }) => {
      const far = new RawRemote(network.host('far'), { host: 'far', port: 1 })
      far.onPacket = ({ connectionId }) => far.say({ type: packetTypes.reset, connectionId })
      return dialler.dial(far.address)
    },
    resets: ({ dialler, network }) => {
      const far = new RawRemote(network.host('far'), { host: 'far', port: 1 })
      far.onPacket = ({ type, connectionId, sequence }) => {
        if (type === packetTypes.syn) far.say({ type: packetTypes.state, connectionId, ack: sequence })
        if (type === packetTypes.data) far.say({ type: packetTypes.reset, connectionId })
      }
      return dialler.dial(far.address)
    },
    vanishes: async ({ dialler, network }) => {
      const far = new RawRemote(network.host('far'), { host: 'far', port: 1 })
      far.onPacket = ({ type, connectionId, sequence }) => {
        if (type === packetTypes.syn) far.say({ type: packetTypes.state, connectionId, ack: sequence })
      }
      return dialler.dial(far.address)
    },
    noAnswer: ({ dialler }) => dialler.dial({ host: 'nobody', port: 1 }),
  },
  bigBytes,
})

/** How much time passes in a turn of the loop, in which loopback brings what was sent: a second takes some ten milliseconds. */
const turnMs = 2

/** Real packets in virtual time, so that nothing that lingers is waited for. */
const udpSuite = (host: string): TransportSuite => ({
  create: () => {
    const clock = new SimulatedClock()
    const transport = utpTransport({ createLife: createUtpLife, clock })
    const turn = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(turnMs)
    }
    return {
      dialler: transport,
      listener: transport,
      host,
      turn,
      settle: async () => {
        for (let turns = 0; turns < 200; turns++) await turn()
        // By then all has come; what is left is what lingers.
        for (let turns = 0; turns < 50; turns++) {
          clock.advance(settleMs / 50)
          await turn()
        }
      },
      heldResources: () =>
        clock.pending + process.getActiveResourcesInfo().filter((name) => name.startsWith('UDP')).length,
    }
  },
  failures: {
    nobodyListens: async ({ dialler }) =>
      dialler.dial(await answering(host, ({ connectionId }) => ({ type: packetTypes.reset, connectionId }))),
    noRoute: ({ dialler }) => dialler.dial({ host: `${'a'.repeat(64)}.invalid`, port: 6881 }),
    resets: async ({ dialler }) =>
      dialler.dial(
        await answering(host, ({ type, connectionId, sequence }) => {
          if (type === packetTypes.syn) return { type: packetTypes.state, connectionId, ack: sequence }
          return type === packetTypes.data ? { type: packetTypes.reset, connectionId } : undefined
        }),
      ),
  },
  bigBytes,
})

/** The address of a socket that answers each packet so, and is closed once it has answered with a RESET. */
function answering(host: string, answer: (packet: Packet) => SaidHeader | undefined): Promise<Address> {
  return new Promise((resolve, reject) => {
    let socket: DatagramSocket | undefined
    const received = (bytes: Uint8Array, from: Address) => {
      const packet = decodePacket(bytes)
      const said = typeof packet === 'string' ? undefined : answer(packet)
      if (said) socket?.send(packetOf(said), from)
      if (said?.type === packetTypes.reset) socket?.close(() => undefined)
    }
    udpDatagrams().bind({ host, port: 0 }, { received, drained: () => undefined }, (bound) => {
      if (bound instanceof Error) {
        reject(bound)
        return
      }
      socket = bound
      resolve(bound.address)
    })
  })
}

// Real sockets make a difference to what test/transport/datagrams/udp.test.ts asks.
if (inFull) {
  testCompliance('uTP over IPv4', udpSuite('127.0.0.1'))
  testCompliance('uTP over IPv6', udpSuite('::1'))
}

testCompliance('uTP in virtual time', virtualSuite({}))
if (inFull) {
  testCompliance(
    'uTP in virtual time with latency, jitter, loss, duplication and reordering',
    virtualSuite({ latencyMs: 5, jitterMs: 5, lossRate: 0.02, duplicateRate: 0.05, reorderRate: 0.05 }),
  )
}

describe('sockets of uTP', () => {
  test('a dial leaves from the port of a listener, and from one of its own where there is none', async () => {
    const { clock, host, dial, listen } = virtual()
    const [near, far] = [host('near'), host('far')]
    const { listener, accepted } = await listen(far, { host: 'far', port: 0 })
    const before = dial(near, listener.address)
    clock.advance(100)
    await listen(near, { host: 'near', port: 6881 })
    const after = dial(near, listener.address)
    clock.advance(100)
    expect([before.isOpen, after.isOpen]).toEqual([true, true])
    expect(accepted[0]?.connection.remote.port).not.toBe(6881)
    expect(accepted[1]?.connection.remote).toEqual({ host: 'near', port: 6881 })
  })

  test('dials at once share one socket', async () => {
    const { clock, host, dial, listen } = virtual()
    const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
    const near = host('near')
    for (let count = 0; count < 5; count++) dial(near, listener.address)
    clock.advance(100)
    expect(accepted.length).toBe(5)
    expect(new Set(accepted.map(({ connection }) => connection.remote.port)).size).toBe(1)
  })

  test('a dial after one that no socket could be bound for waits as long, and ends as that did', () => {
    const clock = new SimulatedClock()
    const bindings: ((bound: Error) => void)[] = []
    const datagrams: Datagrams = {
      bind: (_address, _handler, done) => void bindings.push(done),
      resolve: (host, done) => void clock.setTimeout(() => done([host]), 0),
      anyHostFor: () => '0.0.0.0',
    }
    const transport = utpTransport({ createLife: createUtpLife, clock, random: seededRandom(1), datagrams })
    const dial = () => {
      const end = new EndOfConnection(transport.dial({ host: '192.0.2.1', port: 5 }))
      end.open()
      return end
    }
    const first = dial()
    clock.advance(120_000)
    const second = dial()
    clock.advance(1000)
    // The first binding ends at last, and takes nothing of the second.
    bindings[0]?.(new Error('none'))
    const third = dial()
    clock.advance(120_000)
    expect([first, second, third].map(({ ended }) => ended?.code)).toEqual(Array(3).fill('no_descriptor'))
    expect([bindings.length, clock.pending]).toEqual([2, 0])
  })

  test.each([0, -1])(
    'a remote whose first packet has the number of our answer and %d is accepted, and heard',
    async (offset) => {
      const { clock, network, host, listen } = virtual()
      const { listener, accepted } = await listen(host('own'), { host: 'own', port: 0 })
      const far = new RawRemote(network.host('far'), { host: 'far', port: 1 }, listener.address)
      far.say({ type: packetTypes.syn, connectionId: 5, sequence: 77 })
      clock.advance(10)
      const ack = ((far.packets[0]?.sequence ?? 0) + offset) & 0xffff
      far.say({ type: packetTypes.data, connectionId: 6, sequence: 78, ack }, new Uint8Array(9))
      clock.advance(10)
      expect(accepted.map(({ receivedBytes }) => receivedBytes)).toEqual([9])
      accepted[0]?.write(new Uint8Array(9))
      clock.advance(10)
      expect(far.packets.at(-1)).toMatchObject({ type: packetTypes.data, sequence: (ack + 1) & 0xffff, ack: 78 })
    },
  )

  test('a connection with oneself goes through one socket, both ways', async () => {
    const { clock, host, dial, listen } = virtual()
    const own = host('own')
    const { listener, accepted } = await listen(own, { host: 'own', port: 0 })
    const out = dial(own, listener.address)
    out.write(new Uint8Array(100_000))
    clock.advance(1000)
    expect([out.isOpen, accepted[0]?.receivedBytes]).toEqual([true, 100_000])
    expect(accepted[0]?.connection.remote).toEqual(listener.address)
  })

  test('a port is free for others once the last connection is over, and not before', async () => {
    const { clock, network, host, dial, listen } = virtual()
    const far = host('far')
    const { listener } = await listen(far, { host: 'far', port: 7000 })
    const out = dial(host('near'), listener.address)
    clock.advance(100)
    await listener.close()
    const isFree = () => {
      let bound: DatagramSocket | Error | undefined
      network.host('far').bind(listener.address, { received() {}, drained() {} }, (told) => {
        bound = told
      })
      if (bound === undefined || bound instanceof Error) return false
      bound.close(() => undefined)
      return true
    }
    expect(isFree()).toBe(false)
    out.end()
    clock.advance(settleMs)
    expect(out.ended?.code).toBe('destroyed')
    await far.idle?.()
    expect([isFree(), clock.pending]).toEqual([true, 0])
  })

  test('idle waits for what is being dialled, and resolves at once where nothing is', async () => {
    const { clock, host, dial } = virtual()
    const near = host('near')
    await near.idle?.()
    const out = dial(near, { host: 'nobody', port: 1 })
    let isIdle = false
    const idle = near.idle?.().then(() => {
      isIdle = true
    })
    clock.advance(1000)
    await Promise.resolve()
    expect(isIdle).toBe(false)
    out.destroy()
    clock.advance(settleMs)
    await idle
    expect([out.ended?.code, clock.pending]).toEqual(['destroyed', 0])
  })

  test.each([0, 65_536, 1.5])('a dial to the port %d is closed by error, not thrown', (port) => {
    const { clock, host, dial } = virtual()
    const out = dial(host('near'), { host: 'far', port })
    clock.advance(0)
    expect(out.ended).toEqual({ code: 'error', detail: `${port} is not a port` })
    clock.advance(settleMs)
    expect(clock.pending).toBe(0)
  })
})

describe('uTP', () => {
  longTest('500 connects and disconnects leave nothing behind, however they end', async () => {
    const { clock, host, dial, listen } = virtual({ latencyMs: 10, lossRate: 0.02 })
    const [near, far] = [host('near'), host('far')]
    const { listener, accepted } = await listen(far, { host: 'far', port: 0 })
    for (let count = 0; count < 500; count++) {
      const out = dial(near, listener.address)
      out.write(new Uint8Array(1000))
      if (count % 5 !== 4) clock.advance(100)
      const way = count % 5
      if (way < 2) out[way === 0 ? 'end' : 'destroy']()
      else if (way < 4) accepted.at(-1)?.[way === 2 ? 'end' : 'destroy']()
      else out.destroy()
    }
    clock.advance(60_000)
    for (const end of accepted) end.destroy()
    clock.advance(60_000)
    await listener.close()
    await Promise.all([near.idle?.(), far.idle?.()])
    expect(accepted.every(({ ended }) => ended !== undefined)).toBe(true)
    expect(accepted.flatMap(({ faults }) => faults)).toEqual([])
    expect(clock.pending).toBe(0)
  })

  longTest('a remote that loses its power in mid-transfer is a timeout, within a minute', async () => {
    const { clock, network, host, dial, listen } = virtual({ latencyMs: 10 })
    const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
    const out = dial(host('near'), listener.address)
    out.write(new Uint8Array(bigBytes))
    clock.advance(200)
    expect(accepted[0]?.receivedBytes).toBeGreaterThan(0)
    network.blackhole('far')
    clock.advance(60_000)
    expect(out.ended?.code).toBe('timeout')
  })

  longTest('runs anew by its seed, packet for packet, and otherwise by another', async () => {
    const run = async (seed: number) => {
      const path = { latencyMs: 20, jitterMs: 10, lossRate: 0.02, duplicateRate: 0.02, bytesPerSecond: 1e6 }
      const { clock, host, dial, listen } = virtual(path, seed)
      const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
      const out = dial(host('near'), listener.address)
      out.write(new Uint8Array(300_000))
      const story: number[] = []
      for (let count = 0; count < 50; count++) {
        clock.advance(20)
        story.push(accepted[0]?.receivedBytes ?? 0)
      }
      return story
    }
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })

  test('dials a name, on a port where it listens too', async () => {
    const transport = utpTransport({ createLife: createUtpLife })
    const accepted: EndOfConnection[] = []
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) =>
      accepted.push(new EndOfConnection(connection)),
    )
    const address = { host: 'localhost', port: listener.address.port }
    const out = new EndOfConnection(transport.dial(address))
    out.open()
    while (!out.isOpen || accepted.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect([out.connection.remote, accepted[0]?.connection.remote]).toEqual([address, listener.address])
    out.destroy()
    accepted[0]?.destroy()
    await listener.close()
  })

  test('on :: accepts IPv4 too, and names the remote by its IPv4 address', async () => {
    const transport = utpTransport({ createLife: createUtpLife })
    const accepted: EndOfConnection[] = []
    const listener = await transport.listen({ host: '::', port: 0 }, (connection) =>
      accepted.push(new EndOfConnection(connection)),
    )
    const four = utpTransport({ createLife: createUtpLife })
    const out = new EndOfConnection(four.dial({ host: '127.0.0.1', port: listener.address.port }))
    out.open()
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(accepted[0]?.connection.remote.host).toBe('127.0.0.1')
    out.destroy()
    accepted[0]?.destroy()
    await listener.close()
  })
})
