/** How often is looked, in milliseconds. */
const lookMs = 1_000

/**
 * Calls once this process has run for so many milliseconds: while it is held up, as on a machine that is stopped for a while, no time passes,
 * and neither does it for its threads. Answers how to call it off.
 */
export function afterRunning(ms: number, call: () => void, everyMs = lookMs): () => void {
  let left = ms
  // Of an interval, what was missed is not made up for.
  const timer = setInterval(() => {
    left -= everyMs
    if (left > 0) return
    clearInterval(timer)
    call()
  }, everyMs)
  return () => clearInterval(timer)
}
