import { expect, test } from 'vitest'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock, type SimulatedTimer } from '../../transport/simulated-clock.ts'

test('a timer that a timer sets fires at its own time within one advance', () => {
  const clock = new SimulatedClock()
  const times: number[] = []
  clock.setTimeout(() => {
    times.push(clock.now())
    clock.setTimeout(() => times.push(clock.now()), 100)
  }, 100)
  clock.advance(250)
  expect(times).toEqual([100, 200])
  expect(clock.now()).toBe(250)
})

test('a timer fires at its time and not before', () => {
  const clock = new SimulatedClock()
  let fired = 0
  clock.setTimeout(() => fired++, 10)
  clock.advance(9)
  expect(fired).toBe(0)
  clock.advance(1)
  expect(fired).toBe(1)
  clock.advance(100)
  expect(fired).toBe(1)
})

test('equal times fire in the order they were scheduled, and a negative delay is none', () => {
  const clock = new SimulatedClock()
  const order: string[] = []
  clock.setTimeout(() => order.push('a'), 0)
  clock.setTimeout(() => order.push('b'), -5)
  clock.setTimeout(() => order.push('c'), 0)
  clock.advance(0)
  expect(order).toEqual(['a', 'b', 'c'])
})

test('a cleared timer does not fire; clearing a fired one, a cleared one or none does nothing', () => {
  const clock = new SimulatedClock()
  let fired = 0
  const kept = clock.setTimeout(() => fired++, 1)
  const cleared = clock.setTimeout(() => fired++, 1)
  clock.clearTimeout(cleared)
  clock.clearTimeout(cleared)
  clock.clearTimeout(undefined)
  expect(clock.pending).toBe(1)
  clock.advance(1)
  clock.clearTimeout(kept)
  expect(fired).toBe(1)
  expect(clock.pending).toBe(0)
})

test('advanceToNext fires exactly the soonest timer at its time, and answers false when there is none', () => {
  const clock = new SimulatedClock()
  const order: string[] = []
  clock.setTimeout(() => order.push(`late ${clock.now()}`), 20)
  clock.setTimeout(() => order.push(`soon ${clock.now()}`), 10)
  expect(clock.advanceToNext()).toBe(true)
  expect(order).toEqual(['soon 10'])
  expect(clock.advanceToNext()).toBe(true)
  expect(clock.advanceToNext()).toBe(false)
  expect(order).toEqual(['soon 10', 'late 20'])
  expect(clock.now()).toBe(20)
})

test('10,000 timers, a third of them cleared, fire in order of time and scheduling', () => {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const fired: number[] = []
  const timers: { atMs: number; sequence: number; timer: SimulatedTimer }[] = []
  for (let sequence = 0; sequence < 10_000; sequence++) {
    const atMs = Math.floor(random() * 1000)
    timers.push({ atMs, sequence, timer: clock.setTimeout(() => fired.push(sequence), atMs) })
  }
  const kept = timers.filter(({ timer }) => {
    const isKept = random() > 1 / 3
    if (!isKept) clock.clearTimeout(timer)
    return isKept
  })
  expect(clock.pending).toBe(kept.length)
  clock.advance(1000)
  expect(fired).toEqual(kept.sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence).map(({ sequence }) => sequence))
})

test('what a timer throws comes out of advance, and the timers behind it fire in the next one', () => {
  const clock = new SimulatedClock()
  let fired = 0
  clock.setTimeout(() => {
    throw new Error('broken')
  }, 1)
  clock.setTimeout(() => fired++, 2)
  expect(() => clock.advance(5)).toThrow('broken')
  expect([clock.now(), fired]).toEqual([1, 0])
  clock.advance(1)
  expect(fired).toBe(1)
})

test('misuse throws: time that goes back or never comes, and advancing from inside a timer', () => {
  const clock = new SimulatedClock()
  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => clock.advance(ms)).toThrow(RangeError)
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => clock.setTimeout(() => {}, ms)).toThrow(RangeError)
  clock.setTimeout(() => clock.advance(1), 0)
  expect(() => clock.advance(0)).toThrow('from inside a timer')
})

test('while it sleeps no time passes and no timer comes closer', () => {
  const clock = new SimulatedClock()
  const times: number[] = []
  clock.setTimeout(() => times.push(clock.now()), 100)
  clock.advance(50)
  clock.sleep(3_600_000)
  expect([clock.now(), clock.slept(), times]).toEqual([50, 3_600_000, []])
  clock.advance(50)
  expect(times).toEqual([100])
  expect(() => clock.sleep(-1)).toThrow(RangeError)
})

test('a timer for a time fires at exactly that time, whenever it was set, and at once where that has passed', () => {
  const clock = new SimulatedClock()
  clock.advance(0.1)
  const times: number[] = []
  clock.setTimeoutAt(() => times.push(clock.now()), 0.3)
  clock.setTimeoutAt(() => times.push(clock.now()), 0.05)
  while (clock.advanceToNext());
  expect(times).toEqual([0.1, 0.3])
  expect(() => clock.setTimeoutAt(() => undefined, Number.NaN)).toThrow(RangeError)
})

test('it is known when the soonest timer fires', () => {
  const clock = new SimulatedClock()
  expect(clock.nextAtMs).toBe(Number.POSITIVE_INFINITY)
  clock.setTimeout(() => undefined, 20)
  const soon = clock.setTimeout(() => undefined, 10)
  expect(clock.nextAtMs).toBe(10)
  clock.clearTimeout(soon)
  expect(clock.nextAtMs).toBe(20)
})
