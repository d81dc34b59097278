import type { Clock } from '../../transport/clock.ts'

/** Calls `run` every `ms`, the first time after `ms`, until the answer is called. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let timer: unknown
  const arm = () => {
    timer = clock.setTimeout(() => {
      arm()
      run()
    }, ms)
  }
  arm()
  return () => clock.clearTimeout(timer)
}
