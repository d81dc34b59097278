import { parentPort, workerData } from 'node:worker_threads'
import { type PartTask, runPart } from '../../simulator/threads/open.ts'

/** Runs the part of a simulation that it was given, on a thread of its own; what goes wrong ends the thread. */
const task: PartTask = workerData
await runPart(task, (news) => parentPort?.postMessage(news))
