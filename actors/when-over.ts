import type { AnyActor } from 'xstate'

/**
 * Calls `leave` once an actor has ended or its own code has thrown `defect`. That error is thrown on: XState reports one that nobody takes
 * as an uncaught exception, and does so with what an observer throws.
 */
export function whenOver(actor: AnyActor, leave: (defect?: unknown) => void): void {
  actor.subscribe({
    complete: () => leave(),
    error: (defect) => {
      leave(defect)
      throw defect
    },
  })
}
