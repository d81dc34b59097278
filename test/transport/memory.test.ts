import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'
import type { TransportPair, TransportSuite } from '../../testing/transport/suite.ts'
import { createMemoryNetwork, type MemoryLinkOptions, type MemoryNetwork, memoryPair } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { systemClock } from '../../transport/system-clock.ts'
import type { Connection } from '../../transport/transport.ts'
import { testCompliance } from './compliance.ts'

type LinkStyle = Omit<MemoryLinkOptions, 'clock' | 'random'>

interface MemoryPair extends TransportPair {
  /** Whose links break at the first byte. */
  readonly broken: MemoryNetwork
}

const memorySuite = (style: LinkStyle): TransportSuite<MemoryPair> => ({
  create: () => {
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const network = createMemoryNetwork({ ...style, clock, random })
    return {
      dialler: network.transport('dialler'),
      listener: network.transport('listener'),
      broken: createMemoryNetwork({ ...style, clock, random, resetAfterBytes: () => 0 }),
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
      dispose: () => expect(clock.pending).toBe(0),
    }
  },
  failures: {
    nobodyListens: ({ dialler }) => dialler.dial({ host: 'listener', port: 1 }),
    resets: async ({ broken }) => {
      const far = broken.transport('far')
      const listener = await far.listen({ host: 'far', port: 0 }, (connection) =>
        new EndOfConnection(connection).open(),
      )
      return broken.transport('near').dial(listener.address)
    },
  },
})

testCompliance('memory', memorySuite({}))
testCompliance(
  'memory with latency, bandwidth and fragmentation',
  memorySuite({ latencyMs: 30, bytesPerSecond: 50e6, fragment: true }),
)

function openPair(style: LinkStyle, seed = 1): { clock: SimulatedClock; out: EndOfConnection; into: EndOfConnection } {
  const clock = new SimulatedClock()
  const [dialler, accepted] = memoryPair({ ...style, clock, random: seededRandom(seed) })
  const [out, into] = [new EndOfConnection(dialler), new EndOfConnection(accepted)]
  out.open()
  into.open()
  clock.advance(0)
  return { clock, out, into }
}

describe('a memory link', () => {
  test('a pair is open at once, each end with its direction', () => {
    const { out, into } = openPair({ latencyMs: 50 })
    expect([out.calls, into.calls]).toEqual([['opened'], ['opened']])
    expect([out.connection.direction, into.connection.direction]).toEqual(['out', 'in'])
  })

  test('what one end of a pair sends before the other is opened waits for it', () => {
    const clock = new SimulatedClock()
    const [dialler, accepted] = memoryPair({ clock, random: seededRandom(1) })
    const [out, into] = [new EndOfConnection(dialler), new EndOfConnection(accepted)]
    out.open()
    out.write(new Uint8Array(10))
    clock.advance(1000)
    into.open()
    clock.advance(0)
    expect(into.calls).toEqual(['opened', 'data'])
  })

  test('a byte takes the latency, to the millisecond, and so does the end', () => {
    const { clock, out, into } = openPair({ latencyMs: 50 })
    out.write(new Uint8Array(1))
    clock.advance(49.9)
    expect(into.receivedBytes).toBe(0)
    clock.advance(0.1)
    expect(into.receivedBytes).toBe(1)
    out.end()
    clock.advance(49.9)
    expect(into.ended).toBeUndefined()
    clock.advance(0.1)
    expect(into.ended?.code).toBe('end')
    clock.advance(50)
    expect(out.ended?.code).toBe('destroyed')
  })

  test('an end that arrives at the very time of our destroy does not change the reason', () => {
    const { clock, out, into } = openPair({ latencyMs: 50 })
    clock.setTimeout(() => into.destroy(), 50)
    out.end()
    clock.advance(50)
    expect(into.ended?.code).toBe('destroyed')
  })

  test('a dial takes one latency to be accepted and two to be opened or refused', async () => {
    const clock = new SimulatedClock()
    const network = createMemoryNetwork({ clock, random: seededRandom(1), latencyMs: 50 })
    const accepted: Connection[] = []
    const listener = await network.transport('b').listen({ host: 'b', port: 6881 }, (each) => accepted.push(each))
    const out = new EndOfConnection(network.transport('a').dial(listener.address))
    const refused = new EndOfConnection(network.transport('a').dial({ host: 'b', port: 6882 }))
    out.open()
    refused.open()
    clock.advance(49.9)
    expect(accepted.length).toBe(0)
    clock.advance(0.1)
    expect(accepted.map(({ remote }) => remote.host)).toEqual(['a'])
    clock.advance(49.9)
    expect([out.calls, refused.calls]).toEqual([[], []])
    clock.advance(0.1)
    expect([out.calls, refused.calls]).toEqual([['opened'], ['closed']])
  })

  test.each([20_000, 1e6, 20e6])('at %d bytes a second, exactly that passes each way within 2 s', (bytesPerSecond) => {
    const { clock, out, into } = openPair({ bytesPerSecond, latencyMs: 100 })
    for (const end of [out, into]) {
      const chunk = new Uint8Array(256 * 1024)
      const fill = () => {
        while (end.write(chunk)) {
          // Until the queue is full.
        }
      }
      end.onDrained = fill
      fill()
    }
    clock.advance(100 + 2_000)
    const segmentBytes = Math.max(1448, bytesPerSecond / 100)
    for (const end of [out, into]) {
      expect(end.receivedBytes).toBeLessThanOrEqual(bytesPerSecond * 2)
      expect(end.receivedBytes).toBeGreaterThan(bytesPerSecond * 2 - segmentBytes)
    }
  })

  test('what is written at one time arrives in one read, fragments in many, some of one byte', () => {
    const content = Uint8Array.from({ length: 5000 }, (_, index) => index)
    const digest = createHash('sha1').update(content).digest('hex')
    for (const fragment of [false, true]) {
      const { clock, out, into } = openPair({ fragment })
      const sizes: number[] = []
      into.onData = (chunk) => sizes.push(chunk.length)
      for (let begin = 0; begin < content.length; begin += 100) out.write(content.subarray(begin, begin + 100))
      clock.advance(0)
      expect(into.receivedDigest()).toBe(digest)
      if (fragment) expect(Math.min(...sizes)).toBe(1)
      else expect(sizes).toEqual([5000])
    }
  })

  test('a chunk is scribbled over after the call, and the memory of the writer is not touched', () => {
    const { clock, out, into } = openPair({})
    const written = new Uint8Array(10).fill(7)
    let kept: Uint8Array = new Uint8Array(0)
    into.onData = (chunk) => {
      kept = new Uint8Array(chunk.buffer)
    }
    out.write(written)
    clock.advance(0)
    expect([...kept]).toEqual(new Array(10).fill(0))
    expect([...written]).toEqual(new Array(10).fill(7))
  })

  test('the writer may change what it wrote once it has left the queue', () => {
    const { clock, out, into } = openPair({ latencyMs: 50 })
    const written = new Uint8Array(10).fill(7)
    out.write(written)
    expect(out.connection.queuedBytes).toBe(10)
    clock.advance(0)
    expect(out.connection.queuedBytes).toBe(0)
    written.fill(1)
    let first: number | undefined
    into.onData = (chunk) => {
      first = chunk[0]
    }
    clock.advance(50)
    expect(first).toBe(7)
  })

  test('a link that breaks after some bytes resets both ends, with no byte above them delivered', () => {
    const { clock, out, into } = openPair({ bytesPerSecond: 1e6, resetAfterBytes: () => 100_000 })
    out.write(new Uint8Array(60_000))
    into.write(new Uint8Array(60_000))
    clock.advance(1000)
    expect([out.ended?.code, into.ended?.code]).toEqual(['reset', 'reset'])
    expect(out.receivedBytes + into.receivedBytes).toBeGreaterThan(80_000)
    expect(out.receivedBytes + into.receivedBytes).toBeLessThanOrEqual(100_000)
    expect(clock.pending).toBe(0)
  })

  test('a link below its bytes does not break', () => {
    const { clock, out, into } = openPair({ resetAfterBytes: () => 100_000 })
    out.write(new Uint8Array(100_000))
    clock.advance(1000)
    expect([into.receivedBytes, into.ended]).toEqual([100_000, undefined])
  })

  test('the same seed gives the same reads at the same times, another seed others', () => {
    const run = (seed: number) => {
      const random = seededRandom(seed)
      const style = { latencyMs: 20, bytesPerSecond: 1e6, fragment: true, resetAfterBytes: () => random() * 200_000 }
      const { clock, out, into } = openPair(style, seed)
      const story: string[] = []
      into.onData = (chunk) => story.push(`${clock.now()} ${chunk.length}`)
      out.write(new Uint8Array(300_000))
      clock.advance(1000)
      return [...story, into.ended?.code]
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
    expect(run(1).at(-1)).toBe('reset')
  })

  test('a dial into a black hole is never answered, and holds no timer', async () => {
    const clock = new SimulatedClock()
    const network = createMemoryNetwork({ clock, random: seededRandom(1) })
    await network.transport('b').listen({ host: 'b', port: 6881 }, () => {})
    network.blackhole('b')
    const out = new EndOfConnection(network.transport('a').dial({ host: 'b', port: 6881 }))
    out.open()
    clock.advance(1e6)
    expect([out.calls, clock.pending]).toEqual([[], 0])
    out.destroy()
    clock.advance(0)
    expect(out.ended?.code).toBe('destroyed')
  })

  test('hosts have ports of their own, and a host cannot listen on the address of another', async () => {
    const network = createMemoryNetwork({ clock: new SimulatedClock(), random: seededRandom(1) })
    for (const host of ['a', 'b']) await network.transport(host).listen({ host, port: 6881 }, () => {})
    const elsewhere = network.transport('a').listen({ host: 'b', port: 1 }, () => {})
    await expect(elsewhere).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    await expect(network.transport('a').listen({ host: 'a', port: 65536 }, () => {})).rejects.toThrow('65536')
  })

  test('carries bytes on the system clock too', async () => {
    const [dialler, accepted] = memoryPair({ clock: systemClock, random: seededRandom(1), bytesPerSecond: 100e6 })
    const [out, into] = [new EndOfConnection(dialler), new EndOfConnection(accepted)]
    const done = new Promise<void>((resolve) => {
      into.onData = () => {
        if (into.receivedBytes === 200_000) resolve()
      }
    })
    // The clock's timers keep no process alive, which waiting for them alone would need.
    const alive = setInterval(() => {}, 1000)
    out.open()
    into.open()
    out.write(new Uint8Array(200_000))
    await done
    clearInterval(alive)
    out.destroy()
  })

  test('options that no link can have throw', () => {
    const [clock, random] = [new SimulatedClock(), seededRandom(1)]
    expect(() => memoryPair({ clock, random, latencyMs: -1 })).toThrow('latencyMs')
    expect(() => memoryPair({ clock, random, latencyMs: Number.NaN })).toThrow('latencyMs')
    expect(() => createMemoryNetwork({ clock, random, bytesPerSecond: 0 })).toThrow('bytesPerSecond')
  })
})
