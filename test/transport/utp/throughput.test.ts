import { expect, test } from 'vitest'
import type { PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { decodePacket, packetTypes } from '../../../transport/utp/packet.ts'
import { longTest } from '../../in-full.ts'
import { Reno } from './reno.ts'
import { digestOf, heardBy, pour, skewed, virtual } from './virtual-hosts.ts'

/** What streams carry in virtual time; all of it repeats by its seed. */

/** What the way from `near` is like; the way back differs in its rate alone, which is none. */
type Line = PathOptions & { readonly seed?: number }

/** The hosts `near` and `far`, and streams from one to the other that always have something to send. */
async function scene({ bytesPerSecond, queueBytes, seed, ...common }: Line) {
  const { clock, network, over, dial, listen } = virtual(common, seed)
  const narrow = { ...(bytesPerSecond && { bytesPerSecond }), ...(queueBytes && { queueBytes }) }
  const [near, far] = [network.host('near', narrow), network.host('far')]
  const remoteClock = skewed(clock, 0)
  /** The longest that a packet of data has waited at `near`, in milliseconds. */
  const waits = { longestMs: 0 }
  const noted = heardBy(far, (bytes) => {
    const packet = decodePacket(bytes)
    if (typeof packet === 'string' || packet.type !== packetTypes.data) return
    waits.longestMs = Math.max(waits.longestMs, clock.now() - packet.timestamp / 1000 - (common.latencyMs ?? 0))
  })
  const { listener, accepted } = await listen(over(noted, remoteClock), { host: 'far', port: 0 })
  const transport = over(near)
  /** Answers the end at which its bytes arrive, once it is there. */
  const stream = () => {
    const before = accepted.length
    pour(dial(transport, listener.address), 1e9)
    while (accepted.length === before) clock.advance(1)
    const into = accepted.at(-1)
    if (into === undefined) throw new Error('nothing was accepted')
    return into
  }
  return { clock, near, far, remoteClock, waits, stream }
}

/** Bytes a second that one stream carries over a line in as many seconds, once the window has opened. */
async function rateOver(line: Line, seconds = 2): Promise<number> {
  const { clock, stream } = await scene(line)
  const into = stream()
  clock.advance(1000)
  const before = into.receivedBytes
  clock.advance(seconds * 1000)
  expect(into.receivedDigest()).toBe(digestOf(into.receivedBytes))
  return (into.receivedBytes - before) / seconds
}

longTest('jitter of 20 ms on a link of 10 MB/s and 40 ms costs at most a fifth of the throughput', async () => {
  const line = { latencyMs: 20, bytesPerSecond: 10e6, queueBytes: 1e6 }
  expect(await rateOver({ ...line, jitterMs: 20 })).toBeGreaterThan(0.8 * (await rateOver(line)))
})

test('a remote whose clock jumps ahead, as ours stood still with its process, gets as much as before', async () => {
  const { clock, remoteClock, stream } = await scene({ latencyMs: 20, bytesPerSecond: 1e6, queueBytes: 1e6 })
  const into = stream()
  clock.advance(5000)
  remoteClock.skewMs += 2750
  const before = into.receivedBytes
  clock.advance(10_000)
  expect(into.receivedBytes - before).toBeGreaterThan(9e6)
})

longTest('1 % loss at 40 ms leaves what Reno has there, 0.4 MiB/s', async () => {
  for (const seed of [1, 2]) {
    const line = { latencyMs: 20, lossRate: 0.01, bytesPerSecond: 10e6, seed }
    expect(await rateOver(line, 8)).toBeGreaterThan(0.4 * 2 ** 20)
  }
})

/** A link of 1 MB/s and 40 ms, and a stream on it that has been sending for so long. */
async function narrowLink(queueBytes: number, seconds: number) {
  const scenery = await scene({ latencyMs: 20, bytesPerSecond: 1e6, queueBytes })
  const first = scenery.stream()
  scenery.clock.advance(seconds * 1000)
  return { ...scenery, first }
}

longTest('a link of 1 MB/s is used, and no packet waits for more than 120 ms in the steady state', async () => {
  const { clock, waits, first } = await narrowLink(1e6, 10)
  const before = first.receivedBytes
  waits.longestMs = 0
  clock.advance(15_000)
  expect(waits.longestMs).toBeLessThan(120)
  expect(waits.longestMs).toBeGreaterThan(20)
  expect((first.receivedBytes - before) / 15).toBeGreaterThan(0.85e6)
})

longTest('a stream yields to TCP: beside a flow that fills the queue it keeps less than a tenth', async () => {
  const { clock, near, far, first } = await narrowLink(300_000, 5)
  const tcp = new Reno(clock, near, far)
  tcp.send()
  clock.advance(5000)
  const before = [first.receivedBytes, tcp.arrivedBytes] as const
  clock.advance(10_000)
  const rates = [first.receivedBytes - before[0], tcp.arrivedBytes - before[1]].map((bytes) => bytes / 10)
  expect(rates[0]).toBeLessThan(0.1e6)
  expect(rates[1]).toBeGreaterThan(0.85e6)
})

longTest('two streams share a link within a fifth, though the second came while the first had filled it', async () => {
  const { clock, first, stream } = await narrowLink(1e6, 5)
  const second = stream()
  clock.advance(20_000)
  const before = [first.receivedBytes, second.receivedBytes] as const
  clock.advance(20_000)
  const shares = [first.receivedBytes - before[0], second.receivedBytes - before[1]]
  expect(Math.min(...shares)).toBeGreaterThan(0.8 * Math.max(...shares))
})
