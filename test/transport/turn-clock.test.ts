import { expect, test } from 'vitest'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { type EventLoop, TurnClock, turnMs } from '../../transport/turn-clock.ts'

/** An event loop in virtual time, in which work takes as long as it says. */
function makeLoop() {
  const timers = new SimulatedClock()
  let workedMs = 0
  let immediates: (() => void)[] = []
  const unheld: unknown[] = []
  const loop: EventLoop = {
    now: () => timers.now() + workedMs,
    setTimeout: (run, ms) => timers.setTimeout(run, ms),
    clearTimeout: (handle) => timers.clearTimeout(handle as ReturnType<SimulatedClock['setTimeout']>),
    unref: (handle) => unheld.push(handle),
    setImmediate: (run) => immediates.push(run),
  }
  return {
    loop,
    work(ms: number) {
      workedMs += ms
    },
    /** One turn: the timers that are due, then what was to come after them. */
    turn(ms = 0) {
      timers.advance(ms)
      const due = immediates
      immediates = []
      for (const run of due) run()
    },
    unheld,
    isIdle: () => immediates.length === 0,
  }
}

/** A clock with timers due at once, each of which notes its number and takes some milliseconds. */
function makeBusy({ timers, eachMs }: { timers: number; eachMs: number }) {
  const { loop, ...rest } = makeLoop()
  const clock = new TurnClock(loop)
  const ran: number[] = []
  const handles = Array.from({ length: timers }, (_, nth) =>
    clock.setTimeout(() => {
      ran.push(nth)
      rest.work(eachMs)
    }, 5),
  )
  return { clock, ran, handles, ...rest }
}

test('timers that are due together run for a turn’s time; the rest follows in its order, turn by turn', () => {
  const busy = makeBusy({ timers: 10, eachMs: turnMs / 4 })
  const perTurn: number[] = []
  for (let before = 0; before < 10; before = busy.ran.length) {
    busy.turn(5)
    perTurn.push(busy.ran.length - before)
  }
  expect(perTurn).toEqual([8, 2])
  expect(busy.ran).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('what falls due later does not overtake what waits', () => {
  const busy = makeBusy({ timers: 9, eachMs: turnMs / 4 })
  busy.clock.setTimeout(() => busy.ran.push(9), 6)
  busy.turn(5)
  busy.turn(1)
  expect(busy.ran).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('one timer runs in each turn, however long it takes', () => {
  const busy = makeBusy({ timers: 3, eachMs: 10 * turnMs })
  busy.turn(5)
  expect(busy.ran).toEqual([0, 1])
  busy.turn()
  expect(busy.ran).toEqual([0, 1, 2])
})

test('a timer that is cleared does not run, whether it is due, waits or is neither', () => {
  const busy = makeBusy({ timers: 6, eachMs: turnMs })
  busy.clock.clearTimeout(busy.handles[1])
  busy.turn(5)
  expect(busy.ran).toEqual([0, 2])
  for (const nth of [0, 3, 3]) busy.clock.clearTimeout(busy.handles[nth])
  busy.clock.clearTimeout(undefined)
  for (let turns = 0; turns < 5; turns++) busy.turn()
  expect(busy.ran).toEqual([0, 2, 4, 5])
})

test('a timer that throws costs those behind it neither their turn nor their order', () => {
  const { loop, turn, work } = makeLoop()
  const clock = new TurnClock(loop)
  const ran: number[] = []
  clock.setTimeout(() => work(turnMs), 1)
  clock.setTimeout(() => {
    throw new Error('a listener of somebody')
  }, 1)
  clock.setTimeout(() => ran.push(2), 1)
  clock.setTimeout(() => ran.push(3), 2)
  expect(() => turn(1)).toThrow('a listener of somebody')
  turn(1)
  expect(ran).toEqual([2, 3])
})

test('a timer of 0 ms runs in the next turn, in which no time has to pass', () => {
  const { loop, turn } = makeLoop()
  const clock = new TurnClock(loop)
  const ran: string[] = []
  clock.setTimeout(() => ran.push('first'), 0)
  const cleared = clock.setTimeout(() => ran.push('cleared'), 0)
  clock.setTimeout(() => ran.push('second'), 0)
  clock.clearTimeout(cleared)
  expect(ran).toEqual([])
  turn(0)
  expect(ran).toEqual(['first', 'second'])
})

test('a timer of 0 ms that one of 0 ms sets runs a turn later, behind those that wait: work in turns leaves room', () => {
  const { loop, turn, isIdle } = makeLoop()
  const clock = new TurnClock(loop)
  const ran: number[] = []
  const step = (nth: number) => {
    ran.push(nth)
    if (nth < 2) clock.setTimeout(() => step(nth + 1), 0)
  }
  clock.setTimeout(() => step(0), 0)
  clock.setTimeout(() => ran.push(10), 0)
  for (const expected of [
    [0, 10],
    [0, 10, 1],
    [0, 10, 1, 2],
  ]) {
    turn()
    expect(ran).toEqual(expected)
  }
  turn()
  expect(isIdle()).toBe(true)
})

test('it asks the loop for a turn only when timers ran, so that it ends by itself', () => {
  const busy = makeBusy({ timers: 9, eachMs: turnMs / 4 })
  expect(busy.isIdle()).toBe(true)
  busy.turn(5)
  expect(busy.isIdle()).toBe(false)
  busy.turn()
  busy.turn()
  expect([busy.ran.length, busy.isIdle()]).toEqual([9, true])
})

test('its time is the loop’s', () => {
  const { loop, turn } = makeLoop()
  const clock = new TurnClock(loop)
  turn(7)
  expect(clock.now()).toBe(7)
})

test('a timer is let go of at the loop, unless it is of the next turn', () => {
  const { loop, unheld } = makeLoop()
  const clock = new TurnClock(loop)
  const later = clock.setTimeout(() => {}, 5)
  clock.unref(clock.setTimeout(() => {}, 0))
  clock.unref(later)
  expect(unheld).toEqual([later.handle])
})
