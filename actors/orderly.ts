import type { AnyActorRef, StateValue } from 'xstate'

/** What is asked of an actor whose chart says when it can be. */
interface Orderly<Event> extends Pick<AnyActorRef, 'system'> {
  getSnapshot(): { readonly value: StateValue; can(event: Event): boolean }
  send(event: Event): void
}

/**
 * Sends what the state of a chart takes: anything else is misuse, and throws. Behind a call that waits for the event under way, made
 * from inside a listener, nothing can be told of the state, and everything is sent. `what`: as in "torrent"; `done`: as in "started".
 */
export function orderly<Event extends object>(
  actor: Orderly<Event>,
  what: string,
): (event: Event, done: string) => void {
  /** Calls that were sent and not handled. */
  let waiting = 0
  return (event, done) => {
    const snapshot = actor.getSnapshot()
    if (waiting === 0 && !snapshot.can(event)) {
      throw new Error(`the ${what} ${standing(snapshot.value)} and cannot be ${done}`)
    }
    waiting++
    // That the snapshot is another does not tell: one that takes an event without a change stays the same.
    const watch = actor.system.inspect((seen) => {
      if (seen.type !== '@xstate.snapshot' || seen.event !== event) return
      waiting--
      watch.unsubscribe()
    })
    actor.send(event)
  }
}

/** Of a chart whose regions stand side by side, its life. */
function nameOf(value: StateValue): string {
  if (typeof value === 'string') return value
  return value.life === undefined ? Object.keys(value).join() : nameOf(value.life)
}

function standing(value: StateValue): string {
  const state = nameOf(value)
  return state === 'failed' ? 'has failed' : `is ${state}`
}
