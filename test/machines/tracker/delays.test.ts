import { expect, test } from 'vitest'
import { backOffOf, intervalOf, pauseOf, trackerDelays } from '../../../machines/tracker/delays.ts'

const minute = 60_000

test('a tracker is asked again after the interval that it names, half an hour where it names none', () => {
  expect(intervalOf({ answer: { interval: 900 } })).toBe(15 * minute)
  expect(intervalOf({ answer: {} })).toBe(30 * minute)
})

test('an interval below its own minimum is that minimum', () => {
  expect(intervalOf({ answer: { interval: 60, minInterval: 300 } })).toBe(5 * minute)
  expect(pauseOf({ answer: { interval: 900, minInterval: 300 } })).toBe(5 * minute)
  expect(pauseOf({ answer: { interval: 900 } })).toBe(15 * minute)
  expect(pauseOf({ answer: undefined })).toBe(30 * minute)
})

test('no answer has us ask more often than once a minute, nor less often than every twelve hours', () => {
  expect(intervalOf({ answer: { interval: 0 } })).toBe(minute)
  expect(intervalOf({ answer: { interval: 2 ** 40 } })).toBe(12 * 60 * minute)
  expect(pauseOf({ answer: { minInterval: 0 } })).toBe(minute)
})

test('the wait after a failure grows with the square of the failures, to an hour', () => {
  const waits = [1, 2, 3, 16, 17, 1000].map((failures) => backOffOf({ failure: undefined, failures }))
  expect(waits).toEqual([17_500, 55_000, 117_500, 3_205_000, 3_600_000, 3_600_000])
})

test('a tracker that says when to try again is not asked before; that it says is bounded, too', () => {
  const backOff = (retryIn: number) => backOffOf({ failure: { fault: 'refused', message: '', retryIn }, failures: 1 })
  expect(backOff(7200)).toBe(120 * minute)
  expect(backOff(1)).toBe(minute)
  expect(backOff(2 ** 40)).toBe(trackerDelays.intervalMaxMs)
})
