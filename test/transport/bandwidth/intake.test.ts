import { expect, test } from 'vitest'
import { createBandwidth, gatesOf } from '../../../transport/bandwidth/bandwidth.ts'
import { Intake } from '../../../transport/bandwidth/intake.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const unlimited = Number.POSITIVE_INFINITY
const bytes = 1_000_000

/** A reader under a limit, and a remote that has sent it a million bytes at once. */
function reading(limit: number) {
  const clock = new SimulatedClock()
  const bandwidth = createBandwidth({ clock, down: limit })
  const { down: gate } = gatesOf(bandwidth)
  const [remote, connection] = memoryPair({ clock, random: seededRandom(1) })
  const intake = new Intake(connection, [gate])
  const reads: { readonly at: number; readonly byteCount: number }[] = []
  const ignore = { opened() {}, drained() {}, closed() {}, data() {} }
  connection.open({
    ...ignore,
    data({ length }) {
      reads.push({ at: clock.now(), byteCount: length })
      intake.took(length, clock.now())
    },
  })
  remote.open(ignore)
  remote.write([new Uint8Array(bytes)])
  const read = () => reads.reduce((sum, { byteCount }) => sum + byteCount, 0)
  return { clock, gate, remote, intake, reads, read }
}

test('reads come at the limit, small, and the rest waits at the remote', () => {
  const { clock, remote, reads, read } = reading(50_000)
  clock.advance(10_000)
  expect(Math.abs(read() / 500_000 - 1)).toBeLessThan(0.05)
  expect(Math.max(...reads.map(({ byteCount }) => byteCount))).toBe(4096)
  expect(bytes - read()).toBeGreaterThan(0)
  clock.advance(20_000)
  expect([read(), remote.queuedBytes, clock.pending]).toEqual([bytes, 0, 0])
})

test('a turn that the first read does not fill brings no more than the rest of it', () => {
  const { clock, remote, reads, read } = reading(100_000)
  clock.advance(20_000)
  expect(read()).toBe(bytes)
  remote.write([new Uint8Array(4_000)])
  clock.advance(1_000)
  remote.write([new Uint8Array(20_000)])
  clock.advance(1_000)
  expect(reads.slice(-6).map(({ byteCount }) => byteCount)).toEqual([4_000, 1_000, 5_000, 5_000, 5_000, 4_000])
})

test('without a limit it reads as it comes, and sets no timer', () => {
  const { clock, intake, read } = reading(unlimited)
  clock.advance(1)
  expect([read(), intake.isWaiting, intake.hasBacklog, clock.pending]).toEqual([bytes, false, false, 0])
})

test('it stops for its owner too, and goes on when neither reason is left', () => {
  const { clock, intake, read } = reading(50_000)
  clock.advance(1_000)
  const before = read()
  intake.hold()
  clock.advance(10_000)
  expect(read()).toBe(before)
  intake.release()
  clock.advance(1_000)
  expect(read()).toBeGreaterThan(before)
  expect(read()).toBeLessThan(before + 120_000)
})

test('a release does not go round the limit', () => {
  const { clock, intake, read } = reading(10_000)
  clock.advance(1_000)
  expect(intake.isWaiting).toBe(true)
  const before = read()
  intake.hold()
  intake.release()
  clock.advance(1)
  expect(read()).toBe(before)
})

test('a backlog is more than a turn brings; what comes later is none', () => {
  const { clock, remote, intake, read } = reading(50_000)
  clock.advance(5_000)
  expect([intake.isWaiting, intake.hasBacklog]).toEqual([true, true])
  clock.advance(30_000)
  expect(read()).toBe(bytes)
  remote.write([new Uint8Array(100)])
  clock.advance(1_000)
  expect([intake.isWaiting, intake.hasBacklog]).toEqual([false, false])
})

test('what fills a turn in one read was a backlog, however late it is read', () => {
  const { clock, intake, read } = reading(50_000)
  clock.advance(1_000)
  intake.hold()
  clock.advance(1_000)
  const before = read()
  intake.release()
  clock.advance(1)
  expect(read()).toBeGreaterThan(before)
  expect(intake.hasBacklog).toBe(true)
})

test('a large read from before a low limit costs a second of silence at most', () => {
  const { clock, gate, intake, read } = reading(unlimited)
  gate.setLimit(1_000)
  intake.took(256 * 1024, clock.now())
  gate.spend(16_397)
  clock.advance(2_000)
  expect(read()).toBeGreaterThan(0)
})

test('a limit that is lifted ends the waiting', () => {
  const { clock, gate, read } = reading(1_000)
  clock.advance(1_000)
  gate.setLimit(unlimited)
  clock.advance(1_000)
  expect(read()).toBe(bytes)
})

test('stopped it waits no more', () => {
  const { clock, intake } = reading(1_000)
  clock.advance(60_000)
  intake.stop()
  expect([intake.isWaiting, clock.pending]).toEqual([false, 0])
})

test('a limit that was lifted and is set again holds', () => {
  const { clock, gate, intake, remote, read } = reading(50_000)
  clock.advance(500)
  gate.setLimit(unlimited)
  clock.advance(2_000)
  expect(read()).toBe(bytes)
  gate.setLimit(50_000)
  intake.adapt()
  remote.write([new Uint8Array(bytes)])
  clock.advance(2_000)
  const before = read()
  clock.advance(4_000)
  expect(Math.abs((read() - before) / 200_000 - 1)).toBeLessThan(0.05)
})
