import { expect, test } from 'vitest'
import { inOneGo, inTurns, itemsPerStep, mapped, Pace, type Steps } from '../../storage/steps.ts'

/** Takes a while on the clock with each step, and notes it. */
function* counting(steps: number, done: () => void): Steps<number> {
  for (let i = 0; i < steps; i++) {
    done()
    yield
  }
  return steps
}

test('in one go, work is done when the call returns', () => {
  let done = 0
  expect(inOneGo(counting(100, () => void done++))).toBe(100)
  expect(done).toBe(100)
})

test('in turns, other work comes between as soon as 10 ms have passed', async () => {
  let time = 0
  const order: string[] = []
  const other = () => {
    order.push('other')
    if (order.length < 10) setImmediate(other)
  }
  setImmediate(other)
  const work = inTurns(
    counting(8, () => {
      time += 4
      order.push('step')
    }),
    () => time,
  )
  expect(await work).toBe(8)
  expect(order.slice(0, 8)).toEqual(['step', 'step', 'step', 'other', 'step', 'step', 'step', 'other'])
})

test('what is short takes one turn', async () => {
  let hasTurned = false
  setImmediate(() => {
    hasTurned = true
  })
  await inTurns(
    counting(100, () => {}),
    () => 0,
  )
  expect(hasTurned).toBe(false)
})

test('what the work throws is thrown by who does it', async () => {
  const failing = function* (): Steps<void> {
    yield
    throw new Error('no')
  }
  expect(() => inOneGo(failing())).toThrow('no')
  await expect(inTurns(failing())).rejects.toThrow('no')
})

test('many items are mapped in steps of so many each, in their order; few at once', () => {
  const items = Array.from({ length: 3 * itemsPerStep }, (_, i) => i)
  let since = 0
  let most = 0
  const steps = mapped(items, (item) => {
    most = Math.max(most, ++since)
    return item * 2
  })
  let step = steps.next()
  for (; !step.done; step = steps.next()) since = 0
  expect(most).toBe(itemsPerStep)
  expect(step.value).toEqual(items.map((item) => item * 2))
  expect(mapped([1, 2], (item) => item * 2).next()).toEqual({ done: true, value: [2, 4] })
})

test('a pace is due once in so many items, however many are counted at a time', () => {
  const pace = new Pace()
  expect(pace.isDue(itemsPerStep - 1)).toBe(false)
  expect(pace.isDue()).toBe(true)
  expect(pace.isDue()).toBe(false)
  expect(pace.isDue(10 * itemsPerStep)).toBe(true)
  expect(pace.isDue()).toBe(false)
})
