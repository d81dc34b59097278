import { parentPort, workerData } from 'node:worker_threads'
import { runPart } from '../../simulator/threads/open.ts'

/** Runs the part of a simulation that it was given, on a thread of its own; what goes wrong ends the thread. */
await runPart(workerData, (news) => parentPort?.postMessage(news))
