import type { AnyEventObject, SnapshotFrom } from 'xstate'
import type { torrentMachine } from '../../../machines/torrent/torrent.ts'
import { inFull } from '../../in-full.ts'
import { statesOf, step, textOf } from '../walk.ts'
import { events, machine, type View } from './inert.ts'

/** The values from which nothing new can follow: a chart keeps its value as long as its context alone changes. */
const known = new WeakSet<object>()

/** What a walk was made from: each state of the chart; in full, each of their combinations too. */
const walked = new Set<string>()

/**
 * Computes every transition from a state that a torrent has come to, twice each, unless that was done from the like: throws an Error where
 * the two differ, or where computing has changed the snapshot. Nothing is executed.
 */
export function walkFrom({ children, context, status, value }: SnapshotFrom<typeof torrentMachine>): void {
  if (status !== 'active' || known.has(value)) return
  known.add(value)
  const traits = inFull ? [JSON.stringify(value)] : statesOf(value)
  if (traits.every((trait) => walked.has(trait))) return
  for (const trait of traits) walked.add(trait)
  const view: View = { ...machine.resolveState({ value, context, status }), children }
  const before = textOf([view, []])
  const computeAll = () => events.map((event) => outcomeOf(view, event))
  const [first, second] = [computeAll(), computeAll()]
  const differing = events.filter((_, nth) => first[nth] !== second[nth]).map(({ type }) => type)
  if (differing.length > 0)
    throw new Error(`two transitions differ in ${JSON.stringify(value)}: ${differing.join(', ')}`)
  if (textOf([view, []]) !== before) throw new Error(`a transition has changed ${JSON.stringify(value)}`)
}

/** What follows; or the error, as a state may know of no group that an event is about. */
function outcomeOf(view: View, event: AnyEventObject): string {
  try {
    return textOf(step(machine, view, event))
  } catch (error) {
    return String(error)
  }
}
