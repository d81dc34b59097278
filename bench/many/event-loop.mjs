import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as endOfTurn } from 'node:timers/promises'

/**
 * Watches for the greatest time between two turns of the event loop, in milliseconds. On Linux less the time in which the machine had
 * no core for this thread: what else runs there blocks it too, and is not to be measured. What the threads of the garbage collector
 * wait for a core counts.
 */
export function watchBlocks() {
  const { waitedMs, close } = openWaits()
  let greatest = 0
  let last = performance.now()
  let lastWaited = waitedMs()
  let isWatching = true
  const turn = () => {
    if (!isWatching) return
    const waited = waitedMs()
    greatest = Math.max(greatest, performance.now() - last - (waited - lastWaited))
    last = performance.now()
    lastWaited = waited
    setImmediate(turn)
  }
  setImmediate(turn)
  return {
    /** That since the last lap, this turn included. */
    async lap() {
      await endOfTurn()
      const lap = greatest
      greatest = 0
      return lap
    },
    stop() {
      isWatching = false
      close()
    },
  }
}

/** How long the main thread has waited for a core so far, in milliseconds: the second number of its `schedstat`, in nanoseconds. */
function openWaits() {
  if (process.platform !== 'linux') return { waitedMs: () => 0, close() {} }
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`)
  const text = Buffer.alloc(80)
  return {
    waitedMs: () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ')[1]) / 1e6,
    close: () => closeSync(file),
  }
}
