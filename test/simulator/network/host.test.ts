import { expect, test } from 'vitest'
import { createSimulatedNetwork } from '../../../simulator/network/network.ts'
import { VirtualTime } from '../../../simulator/run/virtual-time.ts'
import { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { star } from './star.ts'

/** Between hosts of which each has half of it. */
const latencyMs = 20
const lines = [{ latencyMs: latencyMs / 2 }, { latencyMs: latencyMs / 2 }]

/** What leaves before a window is full, in segments of 128 KiB, where lines have no limit. */
const filledBytes = 34 * 128 * 1024

/** Two hosts of that latency, and an open connection from the first to the second. */
async function connected() {
  const { ends, ...rest } = await star(lines)
  const [one] = ends
  if (!one) throw new Error('there is no connection')
  return { ...one, ...rest }
}

/** The same, whose second end has read nothing of what the first has sent, so that 1,000 bytes wait to leave. */
async function withFullWindow() {
  const both = await connected()
  both.to.pause()
  both.from.write(new Uint8Array(filledBytes + 1_000))
  await both.time.pass(1_000)
  expect(both.from.connection.queuedBytes).toBe(1_000)
  return both
}

/** Two hosts of that latency that have nothing to do with each other, and a way to dial from the first to the second. */
function strangers() {
  const clock = new SimulatedClock()
  const network = createSimulatedNetwork(clock, seededRandom(1))
  const near = network.host('near', lines[0])
  const far = network.host('far', lines[1])
  const dial = () => {
    const end = new EndOfConnection(near.tcp.dial({ host: 'far', port: 1 }))
    end.open()
    return end
  }
  return { clock, dial, far, near, network, time: new VirtualTime(clock) }
}

test.each([
  ['before it arrives', 5],
  ['while the answer is under way', 30],
])('a dial that is given up %s ends what was accepted, a latency behind the answer', async (_, afterMs) => {
  const { clock, dial, far, near, time } = strangers()
  const accepted: EndOfConnection[] = []
  await far.tcp.listen({ host: 'far', port: 1 }, (connection) => {
    const end = new EndOfConnection(connection)
    accepted.push(end)
    end.open()
  })
  const end = dial()
  await time.pass(afterMs)
  end.destroy()
  await time.until(() => accepted[0]?.ended !== undefined)
  expect(clock.now()).toBe(3 * latencyMs)
  expect([end.calls, accepted[0]?.calls]).toEqual([['closed'], ['opened', 'closed']])
  expect(accepted[0]?.ended).toEqual({ code: 'end' })
  expect([near.connections, far.connections]).toEqual([0, 0])
})

test('a refusal across a cut arrives a latency after it is healed', async () => {
  const { clock, dial, network, time } = strangers()
  const end = dial()
  await time.pass(30)
  network.move(['near'], 1)
  await time.pass(60_000)
  expect(end.calls).toEqual([])
  network.move(['near'], 0)
  const at = clock.now()
  await time.until(() => end.ended !== undefined)
  expect(end.ended?.code).toBe('refused')
  expect(clock.now() - at).toBe(latencyMs)
})

test('a sender whose window is full goes on a latency after the reader has read, and not before', async () => {
  const { from, time, to } = await withFullWindow()
  to.resume()
  await time.pass(latencyMs - 1)
  expect([from.connection.queuedBytes, to.receivedBytes]).toEqual([1_000, filledBytes])
  await time.pass(1)
  expect([from.connection.queuedBytes, to.receivedBytes]).toEqual([0, filledBytes])
  await time.pass(latencyMs)
  expect(to.receivedBytes).toBe(filledBytes + 1_000)
})

test('news of room, bytes and a reset across a cut arrive a latency after it is healed, in that order', async () => {
  const { clock, from, hosts, network, time, to } = await withFullWindow()
  network.move(['host 0'], 1)
  to.resume()
  await time.pass(1)
  to.write(Uint8Array.of(1))
  await time.pass(1)
  hosts[1]?.reset()
  await time.pass(60_000)
  expect(from.calls).toEqual(['opened'])
  network.move(['host 0'], 0)
  const at = clock.now()
  await time.until(() => from.ended !== undefined)
  expect(from.calls).toEqual(['opened', 'drained', 'data', 'closed'])
  expect(from.ended?.code).toBe('reset')
  expect(clock.now() - at).toBe(latencyMs)
})

test('what is sent across a cut arrives in order when the cut is healed', async () => {
  const { clock, from, network, time, to } = await connected()
  from.write(Uint8Array.of(1))
  await time.pass(5)
  network.move(['host 1'], 1)
  expect(network.reaches('host 0', 'host 1')).toBe(false)
  from.write(Uint8Array.of(2))
  await time.pass(60_000)
  expect(to.receivedBytes).toBe(0)
  // It arrives when the cut is healed, but before what was held is sent again.
  from.write(Uint8Array.of(3))
  await time.pass(5)
  network.move(['host 1'], 0)
  from.write(Uint8Array.of(4))
  const read: number[] = []
  to.onData = (chunk) => read.push(...chunk)
  const at = clock.now()
  await time.until(() => read.length === 4)
  expect(read).toEqual([1, 2, 3, 4])
  expect(clock.now() - at).toBe(latencyMs)
})

test('a dial across a cut is answered when the cut is healed', async () => {
  const clock = new SimulatedClock()
  const time = new VirtualTime(clock)
  const network = createSimulatedNetwork(clock, seededRandom(1))
  const [near, far] = [network.host('near'), network.host('far')]
  const listener = await far.tcp.listen({ host: 'far', port: 1 }, (connection) =>
    new EndOfConnection(connection).open(),
  )
  network.move(['far'], 1)
  const end = new EndOfConnection(near.tcp.dial(listener.address))
  end.open()
  await time.pass(60_000)
  expect(end.calls).toEqual([])
  network.move(['far'], 0)
  await time.pass(1)
  expect(end.calls).toEqual(['opened'])
})

test('what is sent again when a cut is healed keeps its order when the next cut comes amid it', async () => {
  const { clock, from, network, time, to } = await connected()
  const read: number[] = []
  to.onData = (chunk) => read.push(...chunk)
  const cut = () => network.move(['host 1'], 1)
  const heal = () => network.move(['host 1'], 0)
  cut()
  for (const byte of [1, 2, 3]) {
    from.write(Uint8Array.of(byte))
    await time.pass(1)
  }
  await time.pass(60_000)
  heal()
  // One more is under way, and would arrive amid the second cut.
  from.write(Uint8Array.of(4))
  await time.pass(latencyMs / 2)
  cut()
  await time.pass(60_000)
  expect(read).toEqual([])
  heal()
  from.write(Uint8Array.of(5))
  const at = clock.now()
  await time.until(() => read.length === 5)
  expect(read).toEqual([1, 2, 3, 4, 5])
  expect(clock.now() - at).toBe(latencyMs)
})
