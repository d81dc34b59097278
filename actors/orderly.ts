import type { StateValue } from 'xstate'

/** What is asked of an actor whose chart says when it can be. */
interface Orderly<Event> {
  getSnapshot(): { readonly value: StateValue; can(event: Event): boolean }
  send(event: Event): void
}

/**
 * Sends what the state of a chart takes: anything else is misuse, and throws. Behind a call that waits for the event under way, made
 * from inside a listener, nothing can be told of the state, and everything is sent. `what`: as in "torrent"; `done`: as in "started".
 */
export function orderly<Event>(actor: Orderly<Event>, what: string): (event: Event, done: string) => void {
  let isWaiting = false
  return (event, done) => {
    const snapshot = actor.getSnapshot()
    if (!isWaiting && !snapshot.can(event)) {
      throw new Error(`the ${what} ${standing(snapshot.value)} and can not be ${done}`)
    }
    actor.send(event)
    if (actor.getSnapshot() !== snapshot) return
    isWaiting = true
    queueMicrotask(() => {
      isWaiting = false
    })
  }
}

function standing(value: StateValue): string {
  const state = typeof value === 'string' ? value : Object.keys(value).join()
  return state === 'failed' ? 'has failed' : `is ${state}`
}
