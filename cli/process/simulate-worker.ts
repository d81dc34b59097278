import { parentPort, workerData } from 'node:worker_threads'
import { simulate } from '../../simulator/index.ts'

/** Runs the simulation it was asked for on a thread of its own, and answers with how it goes, and what came of it or went wrong. */
const { scenario, seed } = workerData
simulate(scenario, { seed, onProgress: (progress) => parentPort?.postMessage({ progress }) }).then(
  (result) => parentPort?.postMessage({ result }),
  (error: unknown) => parentPort?.postMessage({ error }),
)
