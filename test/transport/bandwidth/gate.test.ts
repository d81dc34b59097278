import { expect, test } from 'vitest'
import { Gate, type Waiter } from '../../../transport/bandwidth/gate.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const unlimited = Number.POSITIVE_INFINITY

/** Always has more: takes `byteCount` a turn and waits again. */
function greedy(gate: Gate, byteCount: number): Waiter & { passed: number } {
  const waiter = {
    passed: 0,
    lastTurnAt: 0,
    go(at: number) {
      waiter.lastTurnAt = at
      gate.spend(byteCount)
      waiter.passed += byteCount
      gate.wait(waiter)
      return 0
    },
  }
  gate.wait(waiter)
  return waiter
}

test('who waits shares the limit equally, and nobody starves', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 1_000_000)
  const waiters = Array.from({ length: 7 }, () => greedy(gate, 1_000))
  clock.advance(10_000)
  const total = waiters.reduce((sum, { passed }) => sum + passed, 0)
  expect(Math.abs(total / 10_000_000 - 1)).toBeLessThan(0.01)
  for (const { passed } of waiters) expect(Math.abs(passed / (total / 7) - 1)).toBeLessThan(0.01)
})

test('turns are taken in the order of coming', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 1_000)
  const order: string[] = []
  for (const name of ['a', 'b', 'c']) {
    const waiter = {
      lastTurnAt: 0,
      go() {
        order.push(name)
        gate.spend(20_000)
        if (name === 'a') gate.wait(waiter)
        return 0
      },
    }
    gate.wait(waiter)
  }
  clock.advance(200_000)
  expect(order.slice(0, 5)).toEqual(['a', 'b', 'c', 'a', 'a'])
})

test('what a turn promises to take later counts in its round', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 1_000)
  gate.spend(16_397 - 100)
  let turns = 0
  for (let i = 0; i < 10; i++) {
    gate.wait({
      lastTurnAt: 0,
      go() {
        turns++
        return 50
      },
    })
  }
  clock.advance(50)
  expect(turns).toBe(3)
})

test('one timer serves all, only while somebody waits, and not more often than twenty times a second', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 50_000_000)
  gate.spend(1_000_000)
  expect(clock.pending).toBe(0)
  const waiters = Array.from({ length: 20 }, () => greedy(gate, 16_384))
  expect(clock.pending).toBe(1)
  let fired = 0
  for (const end = clock.now() + 1_000; clock.now() < end; fired++) clock.advanceToNext()
  expect(fired).toBeLessThanOrEqual(21)
  for (const waiter of waiters) gate.leave(waiter)
  expect(clock.pending).toBe(0)
})

test('a limit that is raised, or lifted, is felt at once by who waits', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, 100)
  gate.spend(100_000)
  let turns = 0
  const waiter = {
    lastTurnAt: 0,
    go() {
      turns++
      return 0
    },
  }
  gate.wait(waiter)
  clock.advance(10_000)
  expect(turns).toBe(0)
  gate.setLimit(1_000_000)
  clock.advance(100)
  expect(turns).toBe(1)
  gate.setLimit(100)
  gate.spend(100_000)
  gate.wait(waiter)
  gate.setLimit(unlimited)
  clock.advance(0)
  expect([turns, clock.pending]).toEqual([2, 0])
})

test('a gate without limit spends nothing and lets nobody wait', () => {
  const clock = new SimulatedClock()
  const gate = new Gate(clock, unlimited)
  gate.spend(1e15)
  expect([gate.isLimited, gate.waitMs, gate.isContended, clock.pending]).toEqual([false, 0, false, 0])
})

test('a wait longer than a timer can be set for is waited out', () => {
  const clock = new SimulatedClock()
  const spans: number[] = []
  const setTimeout = (run: () => void, ms: number) => {
    spans.push(ms)
    return clock.setTimeout(run, ms)
  }
  const gate = new Gate({ now: () => clock.now(), setTimeout, clearTimeout: (timer) => clock.clearTimeout(timer) }, 1)
  gate.spend(16_397 + 3e6)
  let turnAt: number | undefined
  gate.wait({
    lastTurnAt: 0,
    go(at) {
      turnAt = at
      return 0
    },
  })
  clock.advance(3.1e9)
  expect(turnAt).toBeGreaterThanOrEqual(3e9)
  expect([spans.length, Math.max(...spans)]).toEqual([2, 2 ** 31 - 1])
})
