import { delays } from '../machines/peer/delays.ts'
import type { Clock } from '../transport/clock.ts'

/** Calls everyone who asked, once a period. One timer serves them all, so that an idle connection owns none. */
export interface Ticker {
  /** Calls `tick` once a second from now on, until the returned function is called. */
  add(tick: (at: number) => void): () => void
}

/** A ticker on a clock. It holds a timer only while somebody listens. */
export function createTicker(clock: Clock): Ticker {
  const listeners = new Set<(at: number) => void>()
  let timer: unknown
  const arm = () => {
    timer = clock.setTimeout(() => {
      arm()
      const at = clock.now()
      for (const listener of listeners) listener(at)
    }, delays.tickMs)
  }
  return {
    add(tick) {
      listeners.add(tick)
      if (listeners.size === 1) arm()
      return () => {
        if (listeners.delete(tick) && listeners.size === 0) clock.clearTimeout(timer)
      }
    },
  }
}
