import { Worker } from 'node:worker_threads'
import type { Scenario, SimulateOptions, SimulationProgress, SimulationResult } from '../../simulator/index.ts'

type Answer =
  | { readonly progress: SimulationProgress }
  | { readonly result: SimulationResult }
  | { readonly error: unknown }

/**
 * Memory for what is new, in MiB. Each event makes snapshots that are soon gone, and a swarm's hundreds of megabytes stay: with the 48 MiB of
 * Node's default a sixth of a simulation's time is spent on telling the two apart, with so much a twentieth.
 */
const youngMib = 384

/**
 * `simulate`, on a thread of its own: signals are answered meanwhile, and it has the memory that it needs to be fast. `worker`:
 * simulate-worker.ts, built. The thread ends with the simulation, or when `signal` is aborted.
 */
export function simulateApart(
  worker: URL,
): (scenario: Scenario, options?: SimulateOptions) => Promise<SimulationResult> {
  return (scenario, { seed = 1, onProgress, signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const thread = new Worker(worker, {
        workerData: { scenario, seed },
        resourceLimits: { maxYoungGenerationSizeMb: youngMib },
      })
      const abort = () => {
        reject(signal?.reason)
        void thread.terminate()
      }
      signal?.addEventListener('abort', abort, { once: true })
      thread.on('error', reject)
      thread.on('exit', () => {
        signal?.removeEventListener('abort', abort)
        reject(new Error('the thread that simulates has ended'))
      })
      thread.on('message', (answer: Answer) => {
        if ('progress' in answer) onProgress?.(answer.progress)
        else if ('result' in answer) resolve(answer.result)
        else reject(answer.error)
      })
    })
}
