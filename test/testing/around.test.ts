import { expect, test } from 'vitest'
import { around } from '../../testing/around.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'

class Counter {
  readonly step: number = 1
  #count = 0

  get count(): number {
    return this.#count
  }

  add(): number {
    this.#count += this.step
    return this.#count
  }
}

class NamedCounter extends Counter {
  readonly name: string = 'a counter'
}

test('what is around an instance has all that its class gives, with its private fields', () => {
  const inner = new NamedCounter()
  const outer = around<NamedCounter>(inner, { name: 'another' })
  expect([outer.name, outer.step, outer.add(), outer.add(), outer.count]).toEqual(['another', 1, 1, 2, 2])
  expect(inner.count).toBe(2)
})

test('what is around another may be spread, and be put around once more', () => {
  const counter: Pick<Counter, 'step' | 'add'> = around(new Counter(), {})
  const outer = around({ ...counter }, { step: 5 })
  expect([outer.add(), outer.step]).toEqual([1, 5])
})

test('a frozen object and a getter can be put around, and only what is there is said to be', () => {
  let turns = 0
  const outer = around<{ readonly turns: number; readonly other?: number }>(Object.freeze({ turns: 0 }), {
    get turns() {
      return ++turns
    },
  })
  expect([outer.turns, outer.turns]).toEqual([1, 2])
  expect('other' in outer).toBe(false)
})

test('a clock with another time goes on as the clock does', () => {
  const clock = new SimulatedClock()
  const hasty = around(clock, { now: () => 4 * clock.now() })
  let ran = false
  hasty.setTimeout(() => {
    ran = true
  }, 10)
  hasty.advance(10)
  expect([hasty.now(), ran]).toEqual([40, true])
})
