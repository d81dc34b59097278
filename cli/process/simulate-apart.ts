import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Scenario, SimulateOptions, SimulationProgress, SimulationResult } from '../../simulator/index.ts'

type Answer = { readonly progress: SimulationProgress } | { readonly result: SimulationResult }

/**
 * Memory for what is new, in MiB. Each event makes snapshots that are soon gone, and a swarm's hundreds of megabytes stay: with the 48 MiB of
 * Node's default a sixth of a simulation's time is spent on telling the two apart, with so much a tenth.
 */
const youngMib = 384

/**
 * `simulate`, on a thread of its own: signals are answered meanwhile, and it has the memory that it needs to be fast. `worker`:
 * simulate-worker.ts, built. The thread ends with the simulation, or when `signal` is aborted: the promise is settled behind its end.
 */
export function simulateApart(
  worker: URL,
): (scenario: Scenario, options?: SimulateOptions) => Promise<SimulationResult> {
  return async (scenario, { seed, onProgress, signal } = {}) => {
    signal?.throwIfAborted()
    const thread = new Worker(worker, {
      workerData: { scenario, seed },
      resourceLimits: { maxYoungGenerationSizeMb: youngMib },
    })
    const end = () => void thread.terminate()
    signal?.addEventListener('abort', end, { once: true })
    let result: SimulationResult | undefined
    thread.on('message', (answer: Answer) => {
      if (signal?.aborted) return
      if ('progress' in answer) onProgress?.(answer.progress)
      else result = answer.result
    })
    try {
      await once(thread, 'exit')
    } finally {
      signal?.removeEventListener('abort', end)
    }
    signal?.throwIfAborted()
    if (!result) throw new Error('the thread that simulates has ended')
    return result
  }
}
