import { expect, test } from 'vitest'
import { whyNobodyIsNamed } from '../../../../machines/torrent/announcing/naming-nobody.ts'
import type { TrackerRecord } from '../../../../machines/torrent/announcing/tracker-list.ts'
import { aTracker } from '../../tracker/a-tracker.ts'

const url = 'http://tracker.example:8000/secret/announce'
const listing = (...trackers: ReturnType<typeof aTracker>[]): TrackerRecord[] =>
  trackers.map(({ actor }, tracker) => ({ url, list: 0, tier: 0, tracker, ref: actor }))

test('that there is no tracker is said', () => {
  expect(whyNobodyIsNamed([])).toBe('no tracker is named')
})

test('a tracker is told by its host alone, with how it stands', () => {
  const tracker = aTracker()
  expect(whyNobodyIsNamed(listing(tracker))).toBe('no tracker was asked yet')
  tracker.announce()
  expect(whyNobodyIsNamed(listing(tracker))).toBe('tracker tracker.example:8000 is being asked')
  tracker.answer()
  expect(whyNobodyIsNamed(listing(tracker))).toBe('the trackers name none')
})

test('one that failed is told before others, in its own words where it refuses', () => {
  const [asked, failed, refusing] = [aTracker(), aTracker(), aTracker()]
  for (const one of [asked, failed, refusing]) one.announce()
  failed.fail()
  refusing.fail({ fault: 'refused', message: 'not registered' })
  expect(whyNobodyIsNamed(listing(asked, failed))).toBe('tracker tracker.example:8000 failed: nothing listens there')
  expect(whyNobodyIsNamed(listing(refusing))).toBe('tracker tracker.example:8000 refuses: not registered')
})
