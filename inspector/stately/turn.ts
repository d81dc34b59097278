import type { InspectionEvent } from 'xstate'

/** Something that happened in a turn of the event loop. */
export interface Happened {
  /** As it is handed on. */
  readonly inTheEnd: () => InspectionEvent
  /** Otherwise it is dropped, unless it is wanted by the end of the turn. */
  isWanted: boolean
}

/** How much of a turn is kept: all of it is handed on then, and what nobody has wanted yet is not. */
const happenedMax = 1_000

/**
 * Hands on what happened at the end of the turn in which it did, in that order: only then it is known which events have changed a state. An
 * inspector that throws is an uncaught exception, later, and misses nothing by it.
 */
export class Turn {
  readonly #inspect: (event: InspectionEvent) => void
  readonly #ended: () => void
  #happened: Happened[] = []

  /** `ended`: called when all was handed on. */
  constructor(inspect: (event: InspectionEvent) => void, ended: () => void) {
    this.#inspect = inspect
    this.#ended = ended
  }

  add(happened: Happened): void {
    if (this.#happened.length === 0) queueMicrotask(() => this.#end())
    if (this.#happened.push(happened) >= happenedMax) this.#end()
  }

  #end(): void {
    const all = this.#happened
    this.#happened = []
    for (const { inTheEnd, isWanted } of all) {
      if (!isWanted) continue
      try {
        this.#inspect(inTheEnd())
      } catch (error) {
        setTimeout(() => {
          throw error
        })
      }
    }
    this.#ended()
  }
}
