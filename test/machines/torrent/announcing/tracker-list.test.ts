import { expect, test } from 'vitest'
import {
  listed,
  promoted,
  type TrackerRecord,
  trackersMax,
  trackersToAsk,
} from '../../../../machines/torrent/announcing/tracker-list.ts'
import { seededRandom } from '../../../../transport/random.ts'
import { aTracker } from '../../tracker/a-tracker.ts'

type Tracker = ReturnType<typeof aTracker>

/** Trackers by name, in tiers that stand in for each other. */
const inTiers = (...tiers: Readonly<Record<string, Tracker>>[]): TrackerRecord[] =>
  tiers.flatMap((all, tier) =>
    Object.entries(all).map(([url, { actor }], i) => ({ url, list: 0, tier, tracker: 10 * tier + i, ref: actor })),
  )

const asked = (trackers: readonly TrackerRecord[], now = 0) => trackersToAsk(trackers, now).map(({ url }) => url)

test('of a tier one tracker is asked, and the next one when it has failed', () => {
  const [a, b] = [aTracker(), aTracker()]
  const trackers = inTiers({ a, b })
  expect(asked(trackers)).toEqual(['a'])
  a.announce()
  expect(asked(trackers)).toEqual([])
  a.fail()
  expect(asked(trackers)).toEqual(['b'])
})

test('a tier is asked when all of the tiers above have failed, and no more when one of these may be asked again', () => {
  const [a, b] = [aTracker(), aTracker()]
  const trackers = inTiers({ a }, { b })
  a.announce()
  a.fail()
  b.announce()
  b.answer()
  expect(asked(trackers)).toEqual([])
  a.clock.advance(20_000)
  expect(asked(trackers)).toEqual(['a'])
  a.announce()
  a.answer()
  b.clock.advance(900_000)
  expect(b.value).toBe('idle')
  expect(asked(trackers)).toEqual([])
})

test('a tracker that keeps us waiting for 5 s keeps no other waiting', () => {
  const [a, b] = [aTracker(), aTracker()]
  const trackers = inTiers({ a }, { b })
  a.announce()
  expect(asked(trackers, 4_999)).toEqual([])
  expect(asked(trackers, 5_000)).toEqual(['b'])
})

test('trackers of different lists are asked side by side', () => {
  const [a, b] = [aTracker(), aTracker()]
  expect(asked([...inTiers({ a }), ...inTiers({ b }).map((one) => ({ ...one, list: 1 }))])).toEqual(['a', 'b'])
})

test('one that is never to be asked again is passed over; one that has no actor yet waits for it', () => {
  const [a, b] = [aTracker(), aTracker()]
  a.announce()
  a.fail({ retryIn: 'never' })
  expect(asked(inTiers({ a, b }))).toEqual(['b'])
  expect(asked(inTiers({ b }).map((one) => ({ ...one, ref: undefined })))).toEqual([])
})

test('one that is stopped is asked when the torrent runs again', () => {
  const a = aTracker()
  a.stop()
  expect(asked(inTiers({ a }))).toEqual(['a'])
})

test('a tracker that has answered comes to the front of its tier, and no further', () => {
  const places = [['a', 0] as const, ['b', 1] as const, ['c', 1] as const].map(([url, tier]) => ({
    url,
    tier,
    list: 0,
  }))
  const trackers = places.map((place, tracker) => ({ ...place, tracker, ref: undefined }))
  expect(promoted(trackers, 2).map(({ url }) => url)).toEqual(['a', 'c', 'b'])
  expect(promoted(trackers, 7)).toBe(trackers)
})

test('the trackers of a tier stand in a random order, those of an earlier tier before them, each once, and 100 in all', () => {
  const names = Array.from({ length: 10 }, (_, i) => `t${i}`)
  const places = [...names, 't0'].map((url) => ({ url, list: 0, tier: 1 })).concat({ url: 'first', list: 0, tier: 0 })
  const one = listed(places, 5, seededRandom(1))
  expect(one[0]).toMatchObject({ url: 'first' })
  expect(
    one
      .slice(1)
      .map(({ url }) => url)
      .sort(),
  ).toEqual(names)
  expect(one.slice(1).map(({ url }) => url)).not.toEqual(
    listed(places, 5, seededRandom(2))
      .slice(1)
      .map(({ url }) => url),
  )
  expect(new Set(one.map(({ tracker }) => tracker))).toEqual(new Set(Array.from({ length: 11 }, (_, i) => 5 + i)))
  const many = Array.from({ length: 300 }, (_, i) => ({ url: `t${i}`, list: 0, tier: 0 }))
  expect(listed(many, 0, seededRandom(1))).toHaveLength(trackersMax)
})
