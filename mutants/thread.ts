import { parentPort, workerData } from 'node:worker_threads'
import type { Ask, Told, Work } from './messages.ts'
import { Trial } from './trial.ts'

/** The thread: it tries the mutants that it is asked to, one by one. */

const port = parentPort
if (port === null) throw new Error('this file is a thread of its own')
const tell = (told: Told) => port.postMessage(told)

// An actor of an earlier mutant may throw later on: it says nothing of the one that is tried.
process.on('uncaughtException', () => {})

const { chart } = workerData as Work
const trial = new Trial(chart, (file, msMax) => tell({ type: 'testing', file, msMax }))
const broken = await trial.begin()
if (broken === undefined) tell({ type: 'ready', mutants: trial.mutants.map(({ kind, place }) => ({ kind, place })) })
else tell({ type: 'broken', test: broken })

port.on('message', async ({ mutant }: Ask) => tell({ type: 'tried', test: await trial.notices(mutant) }))
