/** Something that goes on until it is ended. */
interface Subscription {
  unsubscribe(): void
}

/** How many listen at the moment. */
export class ListenerCount {
  #count = 0

  get isNone(): boolean {
    return this.#count === 0
  }

  /** Counts a listener until it is unsubscribed. */
  add(subscription: Subscription): Subscription {
    this.#count++
    let isOver = false
    return {
      unsubscribe: () => {
        if (!isOver) this.#count--
        isOver = true
        subscription.unsubscribe()
      },
    }
  }
}

/**
 * An error without a listener is an uncaught exception, as with Node's `error` event. A listener that is added synchronously still
 * receives it.
 */
export function throwUnheard(error: unknown, isHeard: () => boolean): void {
  if (isHeard()) return
  setTimeout(() => {
    if (!isHeard()) throw error
  })
}
