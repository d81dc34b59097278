import { hostKey, isLoopback } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { TrackerNews } from '../../tracker/events.ts'
import { priorityOf } from '../connections/contacts.ts'
import { dial } from '../connections/dialling.ts'
import { type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { TorrentWish } from '../vocabulary/events.ts'
import { type AnnouncingCore, drawKey } from './slice.ts'
import { standingOf } from './standing.ts'
import {
  listed,
  promoted,
  type TrackerRecord,
  trackersElsewhere,
  trackersMax,
  trackersToAsk,
  trackerView,
} from './tracker-list.ts'

type News<Type extends TrackerNews['type']> = Extract<TrackerNews, { type: Type }>

/** Those that have no actor yet are given one. */
export const runTrackers = (core: AnnouncingCore): Command[] =>
  core.trackers.flatMap(({ ref, tracker, url }) =>
    ref ? [] : [tellChart(core, { type: 'tracker.run', tracker, url })],
  )

/** The actor of a tracker runs. */
export function meetTracker(core: AnnouncingCore, { tracker, ref }: News<'tracker.started'>): Command[] {
  core.trackers = core.trackers.map((one) => (one.tracker === tracker ? { ...one, ref } : one))
  return askTrackers(core)
}

/** One more tracker, asked beside the others; nothing where it is known, or there are too many. */
export function addTracker(
  core: AnnouncingCore,
  { url }: Extract<TorrentWish, { type: 'torrent.add_tracker' }>,
): Command[] {
  const { random, trackers } = core
  if (trackers.length >= trackersMax || trackers.some((one) => one.url === url)) return []
  const list = 1 + Math.max(-1, ...trackers.map((one) => one.list))
  const first = 1 + Math.max(-1, ...trackers.map(({ tracker }) => tracker))
  core.announceKey ??= drawKey(random)
  core.trackers = [...trackers, ...listed([{ url, list, tier: 0 }], first, random)]
  return core.isRunning ? runTrackers(core) : []
}

/** Asks the trackers whose turn it is. */
export function askTrackers(core: AnnouncingCore): Command[] {
  if (core.trackers.length === 0 || !core.isRunning || core.awaitsPort) return []
  const standing = standingOf(core)
  return [...trackersToAsk(core.trackers, core.now), ...trackersElsewhere(core.trackers, standing.port)].flatMap(
    (record) => tell(record, { type: 'tracker.announce', standing }),
  )
}

/** The last piece has come: the trackers that know of us learn it. */
export function tellCompletion(core: AnnouncingCore): Command[] {
  if (!core.have.isAll || core.hasCompleted) return []
  core.hasCompleted = true
  return core.trackers.flatMap((record) => tellIfIncomplete(core, record))
}

function tellIfIncomplete(core: AnnouncingCore, record: TrackerRecord): Command[] {
  const { isKnown = false, knowsAll = false } = trackerView(record)?.context ?? {}
  if (!core.isRunning || !core.hasCompleted || !isKnown || knowsAll) return []
  return tell(record, { type: 'tracker.announce', standing: standingOf(core) })
}

/** The torrent runs no more: the trackers that know of us learn it. The chart hears how long that takes. */
export function leaveTrackers(core: AnnouncingCore): Command[] {
  if (core.trackers.length === 0) return []
  const standing = standingOf(core)
  return [
    ...(core.trackers.some(hasToLeave) ? [tellChart(core, { type: 'trackers.leaving' })] : []),
    ...core.trackers.flatMap((record) => tell(record, { type: 'tracker.stop', standing })),
  ]
}

const hasToLeave = (record: TrackerRecord): boolean => {
  const view = trackerView(record)
  return view !== undefined && view.state !== 'stopped' && view.context.isKnown
}

/** A tracker knows that we have left, or could not be told. */
export const noteLeft = (core: AnnouncingCore): Command[] =>
  core.trackers.some(hasToLeave) ? [] : [tellChart(core, { type: 'trackers.left' })]

/** A tracker is being asked. */
export function noteAsked(core: AnnouncingCore, { tracker }: News<'tracker.asked'>): Command[] {
  const record = trackerOf(core, tracker)
  return record ? emit(core, { type: 'tracker', url: record.url, state: 'announcing' }) : []
}

/** A tracker has answered: it comes first in its tier from now on. */
export function noteAnswered(core: AnnouncingCore, { tracker, answer }: News<'tracker.answered'>): Command[] {
  const record = trackerOf(core, tracker)
  if (!record) return []
  core.trackers = promoted(core.trackers, tracker)
  const { peers, seeders, leechers, warning } = answer
  const counts = { ...(seeders !== undefined && { seeders }), ...(leechers !== undefined && { leechers }) }
  const told = { ...counts, ...(warning !== undefined && { warning }) }
  if (answer.externalIp) core.ownAddress.hear(new URL(record.url).hostname, answer.externalIp)
  return [
    ...emit(core, { type: 'tracker', url: record.url, state: 'ok', peers: peers.length, ...told }),
    ...takePeers(core, peers),
    ...tellIfIncomplete(core, record),
  ]
}

/** A tracker could not be asked: the next one may be. */
export function noteFailed(core: AnnouncingCore, { tracker, failure }: News<'tracker.failed'>): Command[] {
  const record = trackerOf(core, tracker)
  if (!record) return []
  const { fault, message } = failure
  return [...emit(core, { type: 'tracker', url: record.url, state: 'failed', fault, message }), ...askTrackers(core)]
}

/** Peers that a tracker names: addresses like those that peers tell of, but also of a private torrent, whose only source it is. */
export function takePeers(core: AnnouncingCore, peers: readonly Address[]): Command[] {
  if (!core.isRunning) return []
  for (const address of peers) if (!isOurs(core, address)) core.addresses.addTold(address, priorityOf(core, address))
  return dial(core)
}

/** It is where we listen, as far as we know. */
export function isOurs({ greeting, listen, ownAddress }: AnnouncingCore, { host, port }: Address): boolean {
  if (port !== greeting.p) return false
  const ours = [listen?.host, ownAddress.publicOf('ipv4'), ownAddress.publicOf('ipv6'), ownAddress.seenFrom(host)]
  return ours.includes(host) || (isLoopback(host) && listen !== undefined && hostKey(listen.host) === hostKey(host))
}

const trackerOf = ({ trackers }: AnnouncingCore, tracker: number): TrackerRecord | undefined =>
  trackers.find((one) => one.tracker === tracker)

const tell = ({ ref }: TrackerRecord, event: Extract<Command, { tell: 'tracker' }>['event']): Command[] =>
  ref ? [{ tell: 'tracker', to: ref, event }] : []
