import type { InspectionEvent, Observer } from 'xstate'

/**
 * An inspector that does not throw. XState calls inspectors amid an event and unguarded: an actor whose inspector throws once hears nothing
 * any more. What this one would have thrown is an uncaught exception, later, as XState does with what an observer throws.
 */
export function harmless(
  inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void),
): (event: InspectionEvent) => void {
  return (event) => {
    try {
      if (typeof inspect === 'function') inspect(event)
      else inspect.next?.(event)
    } catch (error) {
      setTimeout(() => {
        throw error
      })
    }
  }
}
