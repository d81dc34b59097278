import { expect, test } from 'vitest'
import { CheckRests, restMsMax, restsMax } from '../../../transport/dht/check-rests.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'

/** Asks whenever it may, for so long; tells when, in milliseconds from now. */
function askedFor(ms: number, rests: CheckRests, clock: SimulatedClock): readonly number[] {
  const from = clock.now()
  const asked: number[] = []
  for (; clock.now() - from < ms; clock.advance(500)) {
    if (rests.has('a')) continue
    rests.noteCheck('a')
    asked.push(clock.now() - from)
  }
  return asked
}

test('each rest without an answer is followed by one twice as long, to 15 minutes; after an answer it is the first again', () => {
  const clock = new SimulatedClock()
  const rests = new CheckRests(clock, 1, 5_000)
  expect(askedFor(60_000, rests, clock)).toEqual([0, 5_000, 15_000, 35_000])
  const day = askedFor(24 * 3_600_000, rests, clock)
  expect((day.at(-1) ?? 0) - (day.at(-2) ?? 0)).toBe(restMsMax)
  rests.noteAnswer('a')
  expect(askedFor(30_000, rests, clock)).toEqual([5_000, 10_000, 20_000])
})

test('an answer leaves the rest that lasts as long as a first one at least', () => {
  const clock = new SimulatedClock()
  const rests = new CheckRests(clock, 2, 5_000)
  const asked = () => {
    if (rests.has('a')) return false
    rests.noteCheck('a')
    rests.noteAnswer('a')
    return true
  }
  expect([asked(), asked(), asked()]).toEqual([true, true, false])
  clock.advance(4_999)
  expect(asked()).toBe(false)
  clock.advance(1)
  expect(asked()).toBe(true)
})

test('the one that was asked least recently is forgotten', () => {
  const rests = new CheckRests(new SimulatedClock(), 1, 5_000)
  for (let n = 0; n <= restsMax; n++) rests.noteCheck(`${n}`)
  expect([rests.has('0'), rests.has('1'), rests.has(`${restsMax}`)]).toEqual([false, true, true])
})
