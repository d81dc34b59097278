import type { AnyActorRef, InspectionEvent, Observer, Snapshot, StateValue } from 'xstate'
import type { Clock } from '../transport/clock.ts'
import { eventText } from './feed/shorten.ts'
import { contextOf, stateValueOf } from './feed/states.ts'
import { Sampling } from './stately/sampling.ts'
import { type ShownActor, ShownActors } from './stately/shown-actor.ts'
import { type Happened, Turn } from './stately/turn.ts'

type Heard = Extract<InspectionEvent, { type: '@xstate.event' }>
type Stood = Extract<InspectionEvent, { type: '@xstate.snapshot' }>

/** Events that come with every block, by how their names end: `@statelyai/inspect` would make a message of each. */
const ofBlocks = /\.(?:piece|request|blocks|requests|cancel|read|released|write|late)$/

/** How long it takes until what changes no state is shown, in milliseconds. */
const quietMs = 1_000

/** Time that keeps no process alive. */
const ownTime: Pick<Clock, 'now' | 'setTimeout'> = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
}

/**
 * Makes XState's inspection events small and few enough for `@statelyai/inspect`, and passes them on, in their order, at the end of the turn of
 * the event loop in which they happened. Actors are named by role and address. Bytes are counted in place of sent, charts, contexts and
 * evidence are put in short, what comes with every block is left out, and actors that are no statecharts say nothing of how they stand.
 *
 * Each change of a state is passed on with its event. What changes none is sampled: of the events from one actor to another the first of
 * each type in a second, 500 such at most, and how an actor stands a second later, or at its end. Beyond 500 changes in a second those are sampled too.
 *
 * `inspect`: that of `createWebSocketInspector`. Answers what `createTorrent` and `createPeer` take as `inspect`.
 */
export function forStately(
  inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void),
  clock: Pick<Clock, 'now' | 'setTimeout'> = ownTime,
): (event: InspectionEvent) => void {
  const actors = new ShownActors()
  const sampling = new Sampling(() => clock.now())
  /** Events that are not shown unless they change a state, by the actor they are for. */
  const unanswered = new Map<ShownActor, { readonly event: object; readonly happened: Happened }[]>()
  /** How actors stand that have changed, but not their state. */
  const quiet = new Map<ShownActor, Stood>()
  const turn = new Turn(
    (event) => (typeof inspect === 'function' ? inspect(event) : inspect.next?.(event)),
    () => unanswered.clear(),
  )

  const hear = (actor: ShownActor, seen: Heard) => {
    const { event, sourceRef } = seen
    if (ofBlocks.test(event.type) || (event.type === 'xstate.init' && !actor.logic)) return
    const isWanted = sampling.takesEvent(sourceRef?.sessionId ?? '', actor.sessionId, event.type)
    if (!isWanted && !actor.logic) return
    const source = sourceRef && actors.of(sourceRef as AnyActorRef)
    const inTheEnd = () => ({ ...seen, actorRef: actor, sourceRef: source, event: shortEvent(event) })
    const happened: Happened = { inTheEnd, isWanted }
    turn.add(happened)
    if (isWanted) return
    const before = unanswered.get(actor)
    if (before) before.push({ event, happened })
    else unanswered.set(actor, [{ event, happened }])
  }

  const stand = (actor: ShownActor, seen: Stood) => {
    const snapshot = seen.snapshot as Snapshot<unknown>
    actor.snapshot = snapshot
    const { told } = actor
    const hasChanged = told === undefined || !isSameState(told, snapshot)
    if (isOver(seen) ? told !== snapshot : hasChanged && sampling.takesChange()) {
      quiet.delete(actor)
      for (const { event, happened } of unanswered.get(actor) ?? []) happened.isWanted ||= event === seen.event
      show(actor, seen)
    } else if (hasChanged || contextOf(told) !== contextOf(snapshot)) {
      if (quiet.size === 0) clock.setTimeout(showQuiet, quietMs)
      quiet.set(actor, seen)
    } else quiet.delete(actor)
  }

  const show = (actor: ShownActor, seen: Stood) => {
    const snapshot = actor.tell(seen.snapshot as Snapshot<unknown>)
    const inTheEnd = () => ({ ...seen, actorRef: actor, event: shortEvent(seen.event), snapshot })
    turn.add({ inTheEnd, isWanted: true })
  }

  const showQuiet = () => {
    for (const [actor, seen] of quiet) show(actor, seen)
    quiet.clear()
  }

  return (seen) => {
    const actor = actors.of(seen.actorRef as AnyActorRef)
    if (seen.type === '@xstate.actor') turn.add({ inTheEnd: () => ({ ...seen, actorRef: actor }), isWanted: true })
    else if (seen.type === '@xstate.event') hear(actor, seen)
    else if (seen.type === '@xstate.snapshot' && actor.logic) stand(actor, seen)
  }
}

/** The type, and what it carried in words. */
const shortEvent = (event: { readonly type: string }) => {
  const text = eventText(event)
  return { type: event.type, ...(text !== '' && { text }) }
}

const isOver = ({ event, snapshot }: Stood): boolean => snapshot.status !== 'active' || event.type === 'xstate.stop'

const isSameState = (one: Snapshot<unknown>, other: Snapshot<unknown>): boolean =>
  one.status === other.status && isSameValue(stateValueOf(one), stateValueOf(other))

function isSameValue(one: StateValue | undefined, other: StateValue | undefined): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => isSameValue(one[key], other[key]))
}
