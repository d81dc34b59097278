import { expect, test } from 'vitest'
import { type PartialSample, Samples } from '../../../simulator/run/samples.ts'

/** One that was taken at a time, when so many bytes had come. */
const partial = (at: number, downloaded: number): PartialSample => ({
  at,
  present: 2,
  downloaders: 1,
  completed: 0,
  pieces: 0,
  downloaded,
  copies: Uint32Array.of(1),
})

/** Takes samples as a run of so many seconds does; `downloaded` answers what has come by a time. */
function samplesOf(seconds: number, downloaded: (at: number) => number): Samples {
  const samples = new Samples(1)
  for (let at = 0; at <= seconds; at += samples.everySeconds) samples.keep([partial(at, downloaded(at))])
  return samples
}

test.each([60, 600, 5_000, 14_400])(
  'the rates of a run of %i s add up to all that came, however many samples are kept',
  (seconds) => {
    // It comes in the first minute, and in one second late in the run.
    const { taken } = samplesOf(seconds, (at) => Math.min(at, 60) * 1_000_000 + (at > seconds - 9 ? 777 : 0))
    expect(taken.length).toBeLessThanOrEqual(600)
    const bytes = taken.reduce((sum, { at, rate }, nth) => sum + rate * (at - (taken[nth - 1]?.at ?? 0)), 0)
    expect(bytes).toBeCloseTo(60_000_777, 3)
  },
)

test('a rate is the mean since the sample before, also where one in between was given up', () => {
  // A kilobyte a second, then twice as much, second by second.
  const { everySeconds, taken } = samplesOf(600, (at) => Math.floor(at / 2) * 3_000 + (at % 2) * 1_000)
  expect(everySeconds).toBe(2)
  expect(new Set(taken.slice(1).map(({ rate }) => rate))).toEqual(new Set([1_500]))
})
