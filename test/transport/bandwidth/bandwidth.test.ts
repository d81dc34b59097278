import { expect, test } from 'vitest'
import { createBandwidth, gatesOf, requireLimits } from '../../../transport/bandwidth/bandwidth.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

const unlimited = Number.POSITIVE_INFINITY

test('a bandwidth without limits has none, and one with limits has those', () => {
  expect(createBandwidth().limits).toEqual({ down: unlimited, up: unlimited })
  expect(createBandwidth({ down: 5, up: undefined }).limits).toEqual({ down: 5, up: unlimited })
})

test('a direction that is not named keeps its limit, undefined lifts it', () => {
  const bandwidth = createBandwidth({ down: 5, up: 6, clock: new SimulatedClock() })
  bandwidth.setLimits({ down: 7 })
  expect(bandwidth.limits).toEqual({ down: 7, up: 6 })
  bandwidth.setLimits({ up: undefined })
  expect(bandwidth.limits).toEqual({ down: 7, up: unlimited })
  bandwidth.setLimits({})
  expect(bandwidth.limits).toEqual({ down: 7, up: unlimited })
})

test.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY])('a limit of %d throws, and changes nothing', (limit) => {
  const bandwidth = createBandwidth({ down: 5, up: 6 })
  expect(() => createBandwidth({ up: limit })).toThrow(RangeError)
  expect(() => requireLimits({ down: limit })).toThrow(/limit down .* above 0/)
  expect(() => bandwidth.setLimits({ down: 9, up: limit })).toThrow(/limit up .* above 0/)
  expect(bandwidth.limits).toEqual({ down: 5, up: 6 })
})

test('a bandwidth of other make is refused', () => {
  expect(() => gatesOf({ limits: { down: 1, up: 1 }, setLimits() {} })).toThrow(/createBandwidth/)
})
