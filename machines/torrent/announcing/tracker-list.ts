import type { TrackerRef, TrackerSnapshot } from '../../tracker/events.ts'
import type { TrackerSummary } from '../vocabulary/emitted.ts'

/** A tracker, and its place among those of a torrent. */
export interface TrackerPlace {
  /** As `readTrackerUrl` has it. */
  readonly url: string
  /** Trackers of one list stand in for each other (BEP 12), those of several are asked side by side. */
  readonly list: number
  /** From 0: of a list one tier is asked when those above it have failed, of a tier one tracker when those before it have. */
  readonly tier: number
}

/** A tracker of a torrent. */
export interface TrackerRecord extends TrackerPlace {
  /** By this number its actor knows it. */
  readonly tracker: number
  /** Undefined before its actor runs. */
  readonly ref: TrackerRef | undefined
}

/** Trackers that a torrent has; those beyond are passed over. Our own number: the longest lists in use have some 50. */
export const trackersMax = 100

/** How long a tracker keeps others waiting before the next is asked beside it, in milliseconds. Our own number: BEP 12 names none. */
export const patienceMs = 5_000

/** How a tracker stands, as its own chart knows. */
export interface TrackerView extends Pick<TrackerSnapshot, 'context'> {
  readonly state: TrackerSummary['state']
}

/** What the chart of a tracker shows; undefined before it runs. */
export function trackerView({ ref }: Pick<TrackerRecord, 'ref'>): TrackerView | undefined {
  if (!ref) return undefined
  const { context, value } = ref.getSnapshot()
  return { context, state: typeof value === 'string' ? value : 'announcing' }
}

/** Numbers the places, each URL once, in a random order within each tier (BEP 12). */
export function listed(places: readonly TrackerPlace[], first: number, random: () => number): TrackerRecord[] {
  const once = [...new Map([...places].reverse().map((place) => [place.url, place])).values()].reverse()
  return inOrder(
    once
      .slice(0, trackersMax)
      .map((place, i) => ({ place, tracker: first + i, lot: random() }))
      .sort((one, other) => one.lot - other.lot)
      .map(({ place, tracker }) => ({ ...place, tracker, ref: undefined })),
  )
}

/** One that has answered comes to the front of its tier (BEP 12). */
export function promoted(trackers: readonly TrackerRecord[], tracker: number): readonly TrackerRecord[] {
  const one = trackers.find((record) => record.tracker === tracker)
  return one ? inOrder([one, ...trackers.filter((record) => record !== one)]) : trackers
}

const inOrder = <Record extends TrackerRecord>(records: readonly Record[]): Record[] =>
  [...records].sort((one, other) => one.list - other.list || one.tier - other.tier)

/**
 * The trackers that are to be asked now. Of each list the first that may be, unless one before it, or one of its tier, has answered; one
 * that is being asked keeps the next waiting for `patienceMs`. So a tracker that failed is asked again as soon as its wait is over, also when
 * one of a later tier has answered meanwhile.
 */
export function trackersToAsk(trackers: readonly TrackerRecord[], now: number): readonly TrackerRecord[] {
  const served = new Set<number>()
  const toAsk: TrackerRecord[] = []
  for (const record of trackers) {
    const { list, tier } = record
    if (served.has(list)) continue
    const view = trackerView(record)
    const isAsked = view?.state === 'announcing' && now - (view.context.standing?.at ?? now) < patienceMs
    if (isAsked || trackers.some((one) => one.list === list && one.tier === tier && works(one))) served.add(list)
    else if (view?.state === 'idle' || view?.state === 'stopped') {
      toAsk.push(record)
      served.add(list)
    }
  }
  return toAsk
}

/** Those that have answered, and sent peers to another port than we have now; when each may be told, its chart says. */
export const trackersElsewhere = (trackers: readonly TrackerRecord[], port: number): readonly TrackerRecord[] =>
  trackers.filter((record) => works(record) && trackerView(record)?.context.standing?.port !== port)

/** It has answered, and is not due yet. */
const works = (record: TrackerRecord): boolean => trackerView(record)?.state === 'waiting'
