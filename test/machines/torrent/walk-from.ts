import type { AnyEventObject, SnapshotFrom } from 'xstate'
import type { torrentMachine } from '../../../machines/torrent/torrent.ts'
import { step, textOf } from '../walk.ts'
import { events, machine, type View } from './inert.ts'

/** The states from which a walk was made, as one text each. */
const walked = new Set<string>()

/**
 * Computes every transition from a state that a torrent has come to, twice each, unless that was done from this state: throws an Error where
 * the two differ, or where computing has changed the snapshot. Nothing is executed.
 */
export function walkFrom({ children, context, status, value }: SnapshotFrom<typeof torrentMachine>): void {
  const state = JSON.stringify(value)
  if (status !== 'active' || walked.has(state)) return
  walked.add(state)
  const view: View = { ...machine.resolveState({ value, context, status }), children }
  const before = textOf([view, []])
  const computeAll = () => events.map((event) => outcomeOf(view, event))
  const [first, second] = [computeAll(), computeAll()]
  const differing = events.filter((_, nth) => first[nth] !== second[nth]).map(({ type }) => type)
  if (differing.length > 0) throw new Error(`two transitions differ in ${state}: ${differing.join(', ')}`)
  if (textOf([view, []]) !== before) throw new Error(`a transition has changed ${state}`)
}

/** What follows; or the error, as a state may know of no group that an event is about. */
function outcomeOf(view: View, event: AnyEventObject): string {
  try {
    return textOf(step(machine, view, event))
  } catch (error) {
    return String(error)
  }
}
