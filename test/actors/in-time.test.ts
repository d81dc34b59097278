import { expect, test } from 'vitest'
import { inTime } from '../../actors/in-time.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'

test('what is done in time is answered, as it came out, and no timer is left', async () => {
  const clock = new SimulatedClock()
  expect(await inTime(Promise.resolve(5), 1_000, clock, 'too late')).toBe(5)
  await expect(inTime(Promise.reject(new Error('no')), 1_000, clock, 'too late')).rejects.toThrow('no')
  expect(clock.pending).toBe(0)
})

test("what is not is waited for no longer, and how it ends is nobody's trouble", async () => {
  const clock = new SimulatedClock()
  let fail = (_: Error): void => {}
  const work = new Promise<void>((_, reject) => {
    fail = reject
  })
  const waited = inTime(work, 1_000, clock, 'too late')
  clock.advance(1_000)
  await expect(waited).rejects.toThrow('too late')
  fail(new Error('at last'))
  await new Promise(setImmediate)
})
