import { expect, test } from 'vitest'
import { requireTracker, trackersOf } from '../../actors/tracker-places.ts'

const url = (name: string) => `http://${name}.example/announce`

test('the tiers of a torrent stand in for each other, and each tracker besides is asked side by side with them', () => {
  const named = { tiers: [[url('a'), url('b')], [url('c')]], others: [url('d')] }
  expect(trackersOf(named, [url('e')])).toEqual([
    { url: url('a'), list: 0, tier: 0 },
    { url: url('b'), list: 0, tier: 0 },
    { url: url('c'), list: 0, tier: 1 },
    { url: url('d'), list: 1, tier: 0 },
    { url: url('e'), list: 2, tier: 0 },
  ])
})

test('trackers of a torrent that cannot be asked are left out', () => {
  const named = { tiers: [['wss://a.example', url('b')], ['x']], others: ['file:///etc/passwd'] }
  expect(trackersOf(named)).toEqual([{ url: url('b'), list: 0, tier: 0 }])
})

test('false asks none at all', () => {
  expect(trackersOf({ tiers: [[url('a')]], others: [url('b')] }, false)).toEqual([])
})

test('a caller that names no tracker is told so', () => {
  expect(() => requireTracker('wss://a.example')).toThrow(RangeError)
  expect(() => requireTracker(undefined as never)).toThrow(TypeError)
  expect(() => trackersOf({ tiers: [], others: [] }, ['x'])).toThrow("'x' is no tracker")
})

test('trackers that are no list of text are a TypeError, and text that is no URL a RangeError', () => {
  const given = (trackers: unknown) => () => trackersOf({ tiers: [], others: [] }, trackers as never)
  for (const trackers of [5, null, true, {}, url('a')]) {
    expect(given(trackers)).toThrow(new TypeError('trackers is false or an array of URLs'))
  }
  expect(given([5])).toThrow(new TypeError('the URL of a tracker is text, not number'))
  expect(given(['nonsense'])).toThrow(RangeError)
})
