import { parentPort, workerData } from 'node:worker_threads'
import { simulate } from '../../simulator/index.ts'

/** Runs the simulation it was asked for on a thread of its own, and says how it goes and what came of it; what goes wrong ends the thread. */
const { scenario, seed } = workerData
const onProgress = (progress: unknown) => parentPort?.postMessage({ progress })
parentPort?.postMessage({ result: await simulate(scenario, { seed, onProgress }) })
