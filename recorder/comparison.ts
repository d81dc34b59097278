import { isDeepStrictEqual } from 'node:util'
import { isSameState, type RegionStates } from './tap.ts'

/** What a step of a chart did: what it said, parsed, and the states it led to. */
export interface Deed {
  readonly said: readonly unknown[]
  readonly states: RegionStates
}

/** What was recorded of a step, and what it is now; JSON, or words. */
export interface Difference {
  readonly recorded: string
  readonly now: string
}

/** Where two steps differ first: in what was said, in its order, then in the states. Undefined where they do not. */
export function differenceOf(recorded: Deed, now: Deed): Difference | undefined {
  const sayings = Math.max(recorded.said.length, now.said.length)
  for (let at = 0; at < sayings; at++) {
    const [then, today] = [recorded.said[at], now.said[at]]
    if (!isDeepStrictEqual(then, today)) return { recorded: words(then), now: words(today) }
  }
  for (const region of new Set([...Object.keys(recorded.states), ...Object.keys(now.states)])) {
    const [then, today] = [recorded.states[region], now.states[region]]
    if (!isSameState(then, today))
      return { recorded: `${region} in ${words(then)}`, now: `${region} in ${words(today)}` }
  }
  return undefined
}

const words = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
