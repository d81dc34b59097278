import { describe, expect, test } from 'vitest'
import type { DatagramSocket, Datagrams } from '../../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../../transport/datagrams/simulated.ts'
import { headerBytes, type PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address } from '../../../transport/transport.ts'

interface Arrival {
  readonly atMs: number
  readonly bytes: Uint8Array
  readonly from: Address
}

function bind(datagrams: Datagrams, address: Address, received: (bytes: Uint8Array, from: Address) => void) {
  let bound: DatagramSocket | Error | undefined
  datagrams.bind(address, { received, drained: () => undefined }, (result) => {
    bound = result
  })
  if (bound === undefined || bound instanceof Error) throw bound
  return bound
}

function pair(path: PathOptions, seed = 1) {
  const clock = new SimulatedClock()
  const network = createDatagramNetwork({ ...path, clock, random: seededRandom(seed) })
  const arrivals: Arrival[] = []
  const [a, b] = [network.host('a'), network.host('b')]
  const from = bind(a, { host: 'a', port: 1 }, () => undefined)
  const to = bind(b, { host: 'b', port: 2 }, (bytes, from) => arrivals.push({ atMs: clock.now(), bytes, from }))
  /** Sends so many of 100 bytes, numbered, one each `everyMs`. */
  const send = (count: number, everyMs = 0) => {
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(100)
      new DataView(bytes.buffer).setUint32(0, i)
      from.send(bytes, to.address)
      clock.advance(everyMs)
    }
    clock.advance(10_000)
  }
  const numbers = () => arrivals.map(({ bytes }) => new DataView(bytes.buffer).getUint32(0))
  return { clock, network, a, b, from, to, arrivals, send, numbers }
}

describe('a simulated network of datagrams', () => {
  test('brings a datagram whole, with where it came from, never within send', () => {
    const { clock, from, to, arrivals } = pair({})
    const sent = Uint8Array.of(1, 2, 3)
    from.send(sent, to.address)
    // The sender's memory is its own again.
    sent.fill(9)
    expect(arrivals).toEqual([])
    clock.advance(0)
    expect(arrivals).toEqual([{ atMs: 0, bytes: Uint8Array.of(1, 2, 3), from: { host: 'a', port: 1 } }])
  })

  test('takes the latency, to the millisecond, and keeps the order', () => {
    const { send, arrivals, numbers } = pair({ latencyMs: 50 })
    send(10)
    expect(arrivals.map(({ atMs }) => atMs)).toEqual(new Array(10).fill(50))
    expect(numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('spreads arrivals over the jitter, so that some overtake others', () => {
    const { send, arrivals, numbers } = pair({ latencyMs: 50, jitterMs: 20 })
    send(1000)
    const times = arrivals.map(({ atMs }) => atMs)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(50)
    expect(Math.min(...times)).toBeLessThan(51)
    expect(Math.max(...times)).toBeGreaterThan(69)
    expect(Math.max(...times)).toBeLessThan(70)
    expect(numbers()).not.toEqual([...numbers()].sort((one, other) => one - other))
  })

  test('loses, doubles and flips bits of as many as it is to', () => {
    const lossy = pair({ lossRate: 0.1 })
    lossy.send(10_000)
    expect(lossy.arrivals.length / 10_000).toBeCloseTo(0.9, 1.5)
    const doubling = pair({ duplicateRate: 0.5 })
    doubling.send(10_000)
    expect(doubling.arrivals.length / 10_000).toBeCloseTo(1.5, 1.5)
    const harming = pair({ corruptRate: 0.2 })
    harming.send(2000, 1)
    const flipped = harming.arrivals.map(({ bytes }, i) => {
      new DataView(bytes.buffer).setUint32(0, new DataView(bytes.buffer).getUint32(0) ^ i)
      return bytes.reduce((bits, byte) => bits + byte.toString(2).replaceAll('0', '').length, 0)
    })
    expect(new Set(flipped)).toEqual(new Set([0, 1]))
    expect(flipped.filter((bits) => bits === 1).length / 2000).toBeCloseTo(0.2, 1.5)
  })

  test('holds some back while others go by', () => {
    const { send, arrivals, numbers } = pair({ latencyMs: 10, reorderRate: 0.1, reorderMs: 5 })
    send(1000, 1)
    const late = numbers().filter((number, i) => arrivals[i]?.atMs !== number + 10)
    expect(late.length / 1000).toBeCloseTo(0.1, 1.5)
    expect(late.every((number) => arrivals[numbers().indexOf(number)]?.atMs === number + 15)).toBe(true)
  })

  test('carries no more than its rate, headers counted, for all sockets of a host together', () => {
    const { clock, a, from, to, arrivals } = pair({ bytesPerSecond: 12_800, queueBytes: 1e6 })
    const second = bind(a, { host: 'a', port: 0 }, () => undefined)
    for (let i = 0; i < 500; i++) for (const socket of [from, second]) socket.send(new Uint8Array(100), to.address)
    clock.advance(1000)
    expect(arrivals.length).toBe(100)
    expect(arrivals[0]?.atMs).toBe(10)
    expect(new Set(arrivals.map(({ from }) => from.port))).toEqual(new Set([1, second.address.port]))
  })

  test('drops what its queue has no room for', () => {
    const { clock, from, to, arrivals } = pair({ bytesPerSecond: 12_800, queueBytes: 1280 })
    for (let i = 0; i < 100; i++) from.send(new Uint8Array(100), to.address)
    clock.advance(10_000)
    expect(arrivals.length).toBe(10)
  })

  test('loses what is larger than its MTU', () => {
    const { clock, from, to, arrivals } = pair({ mtuBytes: 576 })
    for (const byteCount of [576 - headerBytes, 576 - headerBytes + 1]) from.send(new Uint8Array(byteCount), to.address)
    clock.advance(0)
    expect(arrivals.map(({ bytes }) => bytes.length)).toEqual([548])
  })

  test('gives a host a path of its own', () => {
    const { clock, network, to, arrivals } = pair({ latencyMs: 10 })
    const slow = bind(network.host('slow', { latencyMs: 100 }), { host: 'slow', port: 3 }, () => undefined)
    slow.send(new Uint8Array(1), to.address)
    clock.advance(1000)
    expect(arrivals.map(({ atMs }) => atMs)).toEqual([100])
  })

  test('brings nothing to where nobody is bound, to a closed socket, or from one', () => {
    const { clock, from, to, arrivals } = pair({ latencyMs: 10 })
    from.send(new Uint8Array(1), { host: 'b', port: 3 })
    from.send(new Uint8Array(1), to.address)
    let isClosed = false
    to.close(() => {
      isClosed = true
    })
    clock.advance(100)
    to.send(new Uint8Array(1), from.address)
    expect([arrivals, isClosed, clock.pending]).toEqual([[], true, 0])
  })

  test('nothing comes from a black hole or reaches it, what is under way neither', () => {
    const { clock, network, from, to, arrivals } = pair({ latencyMs: 10 })
    from.send(new Uint8Array(1), to.address)
    network.blackhole('b')
    from.send(new Uint8Array(1), to.address)
    clock.advance(100)
    expect(arrivals).toEqual([])
  })

  test('a port is bound once, by its own host, and free when it is closed', () => {
    const { a, b, to } = pair({})
    const tell = (datagrams: Datagrams, address: Address) => {
      let told: DatagramSocket | Error | undefined
      datagrams.bind(address, { received: () => undefined, drained: () => undefined }, (bound) => {
        told = bound
      })
      return told
    }
    expect(tell(b, to.address)).toMatchObject({ code: 'EADDRINUSE' })
    expect(tell(a, { host: 'b', port: 5 })).toMatchObject({ code: 'EADDRNOTAVAIL' })
    expect(tell(a, { host: 'a', port: 65536 })).toBeInstanceOf(RangeError)
    to.close(() => undefined)
    expect(tell(b, to.address)).toMatchObject({ address: to.address })
  })

  test('the same seed gives the same arrivals, another seed others', () => {
    const run = (seed: number) => {
      const path = {
        latencyMs: 20,
        jitterMs: 20,
        lossRate: 0.05,
        duplicateRate: 0.1,
        corruptRate: 0.01,
        reorderRate: 0.1,
      }
      const { send, arrivals } = pair(path, seed)
      send(200, 1)
      return arrivals
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  test.each<PathOptions>([{ latencyMs: -1 }, { lossRate: 1.1 }, { jitterMs: Number.NaN }, { bytesPerSecond: 0 }])(
    'cannot be like %o',
    (path) => {
      expect(() => pair(path)).toThrow(RangeError)
    },
  )
})
