import { expect, test } from 'vitest'
import { AwakeLoop, heartbeatMs, stepMsMax, strayMs } from '../../transport/awake-loop.ts'

interface Timer {
  readonly run: () => void
  readonly dueMs: number
  keepsAlive: boolean
}

/** A process with a loop of its own, in virtual time, that can stand still: what falls due meanwhile fires when it runs again. */
function makeProcess() {
  let nowMs = 7_000
  let uncountedMs = 0
  const timers = new Set<Timer>()
  const set = (run: () => void, ms: number): Timer => {
    const timer = { run, dueMs: nowMs + ms, keepsAlive: true }
    timers.add(timer)
    return timer
  }
  const soonest = () => [...timers].sort((one, other) => one.dueMs - other.dueMs)[0]
  const loop = new AwakeLoop({
    now: () => nowMs,
    setTimeout: set,
    clearTimeout: (handle) => timers.delete(handle as Timer),
    unref(handle) {
      ;(handle as Timer).keepsAlive = false
    },
    setImmediate: (run) => void set(run, 0),
    setBackground(run, ms) {
      set(run, ms).keepsAlive = false
    },
    uptime: () => 90_000 + nowMs + uncountedMs,
  })
  const startMs = loop.now()
  const fired: number[] = []
  return {
    loop,
    /** When each timer of `after` fired, in time that counts since the start. */
    fired,
    get passed() {
      return loop.now() - startMs
    },
    get timers() {
      return timers.size
    },
    /** Whether it goes on by itself. */
    get isKeptAlive() {
      return [...timers].some(({ keepsAlive }) => keepsAlive)
    },
    after: (ms: number) => loop.setTimeout(() => fired.push(loop.now() - startMs), ms),
    run(ms: number) {
      const endMs = nowMs + ms
      for (let next = soonest(); next && next.dueMs <= endMs; next = soonest()) {
        timers.delete(next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
      }
      nowMs = endMs
    },
    /** It is stopped, or kept by its own work, while the clock goes on. */
    stand(ms: number) {
      nowMs += ms
    },
    /** The machine sleeps, as on Linux: the clock stands still too. */
    sleep(ms: number) {
      uncountedMs += ms
    },
  }
}

test('time in which the process stood still does not count, and a timer waits for the rest of its time', () => {
  const process = makeProcess()
  process.after(10_000)
  process.run(4_000)
  process.stand(25_000)
  process.run(0)
  expect([process.passed, process.fired]).toEqual([4_000 + strayMs, []])
  process.run(6_000 - strayMs - 1)
  expect(process.fired).toEqual([])
  process.run(1)
  expect(process.fired).toEqual([10_000])
})

test('of many timers that fell due while it stood still each waits for its own rest, in order', () => {
  const process = makeProcess()
  for (const ms of [3_000, 5_000, 1_000 + strayMs]) process.after(ms)
  process.run(1_000)
  process.stand(60_000)
  process.run(0)
  expect(process.fired).toEqual([1_000 + strayMs])
  process.run(4_000)
  expect(process.fired).toEqual([1_000 + strayMs, 3_000, 5_000])
})

test('it stands still as often as it likes, and whoever looks first after it sees so', () => {
  const process = makeProcess()
  process.after(60_000)
  for (let times = 0; times < 10; times++) {
    process.run(1_000)
    process.stand(30_000)
    expect(process.passed).toBe((times + 1) * (1_000 + strayMs))
  }
  process.run(60_000 - 10 * (1_000 + strayMs))
  expect(process.fired).toEqual([60_000])
})

test('a step that a busy machine takes counts in full', () => {
  const process = makeProcess()
  process.after(10_000)
  for (let steps = 0; steps < 4; steps++) {
    process.run(0)
    process.stand(stepMsMax)
  }
  expect(process.passed).toBe(4 * stepMsMax)
})

test('timers are due, if late, also where every turn takes too long', () => {
  const process = makeProcess()
  process.after(1_000)
  for (let turns = 0; turns < 1_000 / strayMs; turns++) {
    process.stand(10 * stepMsMax)
    process.run(0)
  }
  expect(process.fired).toHaveLength(1)
})

test('while nobody waits all time counts: nobody looked, and nobody’s time runs out', () => {
  const process = makeProcess()
  process.after(500)
  process.run(heartbeatMs)
  expect(process.timers).toBe(0)
  process.run(3_600_000)
  expect(process.passed).toBe(3_600_000 + heartbeatMs)
  process.after(1_000)
  process.run(1_000)
  expect(process.fired).toEqual([500, 3_600_000 + heartbeatMs + 1_000])
})

test('one heartbeat serves any number of timers, and it ends with the last of them', () => {
  const process = makeProcess()
  const timers = Array.from({ length: 100 }, () => process.after(10_000))
  process.run(5_500)
  expect(process.timers).toBe(101)
  for (const timer of timers) for (const _ of 'twice') process.loop.clearTimeout(timer)
  process.after(10)
  process.run(heartbeatMs)
  expect([process.timers, process.fired.length]).toEqual([0, 1])
})

test('a timer that is cleared while it waits for its rest does not fire', () => {
  const process = makeProcess()
  const timer = process.after(5_000)
  process.run(1_000)
  process.stand(60_000)
  process.run(0)
  process.loop.clearTimeout(timer)
  process.run(60_000)
  expect(process.fired).toEqual([])
})

test('how long it slept is known, whether the clock of the system goes on meanwhile or not', () => {
  const process = makeProcess()
  process.after(3_600_000)
  process.run(5_000)
  expect(process.loop.slept()).toBe(0)
  process.sleep(600_000)
  expect(process.loop.slept()).toBe(600_000)
  process.run(5_000)
  process.stand(300_000)
  expect(process.loop.slept()).toBe(900_000 - strayMs)
  expect(process.passed).toBe(10_000 + strayMs)
})

test('a timer keeps the process alive until it is told not to, also while it waits for its rest', () => {
  const process = makeProcess()
  const timer = process.after(5_000)
  expect(process.isKeptAlive).toBe(true)
  process.loop.unref(timer)
  expect(process.isKeptAlive).toBe(false)
  process.run(1_000)
  process.stand(60_000)
  process.run(0)
  expect([process.fired, process.isKeptAlive]).toEqual([[], false])
  process.run(60_000)
  expect(process.fired.length).toBe(1)
})
