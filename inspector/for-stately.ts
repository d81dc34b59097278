import type { AnyActorRef, InspectionEvent, Observer, Snapshot } from 'xstate'
import { eventText, trimmed } from './feed/shorten.ts'
import { contextOf, machineOf, stateValueOf } from './feed/states.ts'

/** Events that come with every block, by how their names end: `@statelyai/inspect` would make a message of each. */
const ofBlocks = /\.(?:piece|request|blocks|requests|cancel|read|released|write|late)$/

/** The least time between two snapshots of an actor that no change of state asks for, in milliseconds. */
const quietMs = 1_000

/**
 * Makes XState's inspection events small enough for `@statelyai/inspect`, and passes them on: bytes are counted in place of sent, contexts
 * and evidence are trimmed, what comes with every block is left out, actors that are no statecharts say nothing of how they stand, and an
 * actor that has not changed its state is shown once a second at most.
 *
 * `inspect`: that of `createWebSocketInspector`. Answers what `createTorrent` and `createPeer` take as `inspect`.
 */
export function forStately(
  inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void),
  now: () => number = () => performance.now(),
): (event: InspectionEvent) => void {
  const shown = new WeakMap<AnyActorRef, { value: string; at: number }>()
  const pass = (event: InspectionEvent) => (typeof inspect === 'function' ? inspect(event) : inspect.next?.(event))
  const isNew = (ref: AnyActorRef, snapshot: Snapshot<unknown>): boolean => {
    const value = JSON.stringify([snapshot.status, stateValueOf(snapshot)])
    const last = shown.get(ref)
    if (last?.value === value && now() - last.at < quietMs) return false
    shown.set(ref, { value, at: now() })
    return true
  }
  return (seen) => {
    const ref = seen.actorRef as AnyActorRef
    if (seen.type === '@xstate.actor') pass(seen)
    else if (seen.type === '@xstate.event') {
      if (!ofBlocks.test(seen.event.type)) pass({ ...seen, event: shortEvent(seen.event) })
    } else if (seen.type === '@xstate.snapshot') {
      const snapshot = seen.snapshot as Snapshot<unknown>
      if (machineOf(ref) === undefined || !isNew(ref, snapshot)) return
      pass({ ...seen, event: shortEvent(seen.event), snapshot: shortSnapshot(snapshot) })
    }
  }
}

/** The type, and what it carried in words. */
const shortEvent = (event: { readonly type: string }) => {
  const text = eventText(event)
  return { type: event.type, ...(text !== '' && { text }) }
}

/** The same state with a context that is never large, and no more of it than is shown. */
function shortSnapshot(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  const { status, output, error } = snapshot
  const value = stateValueOf(snapshot)
  const tags = 'tags' in snapshot && snapshot.tags instanceof Set ? [...snapshot.tags] : []
  return {
    status,
    output,
    error,
    value,
    tags,
    context: trimmed(contextOf(snapshot)),
    children: {},
  } as Snapshot<unknown>
}
