import { setImmediate } from 'node:timers/promises'

/** Long work that stops now and then, so that it can be done in one go or with other work between. */
export type Steps<Result> = Generator<void, Result, void>

/** What is done between two stops: items, such as values, names, files, of which each costs some microseconds at most. */
export const itemsPerStep = 4096

/** Counts the items of a long work. */
export class Pace {
  #done = 0

  /** So many items more were done: whether it is time to stop for once. */
  isDue(items = 1): boolean {
    this.#done += items
    if (this.#done < itemsPerStep) return false
    this.#done = 0
    return true
  }
}

/** In milliseconds: how long work in turns keeps the event loop. Long against a turn of the loop itself, short against all that waits for it. */
const turnMs = 10

/** Does all of it now. */
export const inOneGo = <Result>(steps: Steps<Result>): Result => {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Does it in turns of some 10 ms, between which all that waits for the event loop has its turn. Work that is shorter is done at once.
 *
 * @param now in milliseconds.
 */
export const inTurns = async <Result>(steps: Steps<Result>, now = (): number => performance.now()): Promise<Result> => {
  for (let begun = now(); ; ) {
    const step = steps.next()
    if (step.done) return step.value
    if (now() - begun < turnMs) continue
    await setImmediate()
    begun = now()
  }
}

/** What `map` makes of each of `items`, in steps where they are many. */
export function* mapped<Item, Result>(items: readonly Item[], map: (item: Item) => Result): Steps<readonly Result[]> {
  if (items.length <= itemsPerStep) return items.map(map)
  const results: Result[] = []
  for (let from = 0; from < items.length; from += itemsPerStep) {
    for (const item of items.slice(from, from + itemsPerStep)) results.push(map(item))
    yield
  }
  return results
}
