import { type TrackerRecord, trackerView } from './tracker-list.ts'

/** Why trackers have brought no address, in a few words: that there is none, or how the first stands that tells something. */
export function whyNobodyIsNamed(trackers: readonly TrackerRecord[]): string {
  if (trackers.length === 0) return 'no tracker is named'
  const all = trackers.flatMap((record) => {
    const view = trackerView(record)
    return view ? [{ ...view, host: hostIn(record.url) }] : []
  })
  const failed = all.find(({ context }) => context.failure !== undefined)
  const failure = failed?.context.failure
  if (failed && failure) {
    return `tracker ${failed.host} ${failure.fault === 'refused' ? 'refuses' : 'failed'}: ${failure.message}`
  }
  const asked = all.find(({ state }) => state === 'announcing')
  if (asked) return `tracker ${asked.host} is being asked`
  return all.some(({ state }) => state === 'waiting') ? 'the trackers name none' : 'no tracker was asked yet'
}

/** The rest of a URL may hold a key of its user's. */
const hostIn = (url: string): string => new URL(url).host
