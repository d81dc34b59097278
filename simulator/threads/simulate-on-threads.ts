import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { createContent } from '../run/content.ts'
import type { Run } from '../run/lockstep.ts'
import type { PartNotes } from '../run/notes.ts'
import type { SimulateOptions } from '../run/options.ts'
import { report } from '../run/report.ts'
import { requireScenario, requireSeed } from '../run/requirements.ts'
import type { SimulationResult } from '../run/result.ts'
import { rosterOf } from '../run/roster.ts'
import type { Scenario } from '../run/scenario.ts'
import type { PartNews, PartTask } from './part-thread.ts'

/**
 * Memory for what is new, in MiB. Each event makes snapshots that are soon gone, and a swarm's hundreds of megabytes stay: with the 48 MiB of
 * Node's default a sixth of a simulation's time is spent on telling the two apart, with so much a tenth.
 */
const youngMib = 384

/** Threads at most: each tells each other how it stands after each lookahead. Our own number. */
const threadsMax = 8

/**
 * `simulate`, on so many threads of its own, `threadsMax` at most, each with a part of the members: the same run, whatever their number. Signals are answered
 * meanwhile, and the threads have the memory that they need to be fast. `worker`: a module, built, that calls `runPart`. The threads end with
 * the simulation, or when `signal` is aborted: the promise is settled behind their end.
 */
export function simulateOnThreads(
  worker: URL,
  threads: number,
): (scenario: Scenario, options?: SimulateOptions) => Promise<SimulationResult> {
  return async (scenario, { seed = 1, onProgress, signal } = {}) => {
    requireScenario(scenario)
    requireSeed(seed)
    signal?.throwIfAborted()
    const parts = Math.min(threads, threadsMax, Math.max(1, rosterOf(scenario).length))
    const workers = tasksOf(scenario, seed, parts).map((task) => startThread(worker, task))
    const end = () => {
      for (const one of workers) void one.terminate()
    }
    signal?.addEventListener('abort', end, { once: true })
    const notes: PartNotes[] = []
    let run: Run | undefined
    for (const [nth, one] of workers.entries()) {
      one.on('message', (news: PartNews) => {
        if (signal?.aborted) return
        if ('progress' in news) onProgress?.(news.progress)
        else {
          run = news.run
          notes[nth] = news.notes
        }
      })
      // One that ends before its part does leaves the others waiting for it.
      one.once('exit', () => {
        if (!notes[nth]) end()
      })
    }
    const ends = await Promise.allSettled(workers.map((one) => once(one, 'exit')))
    signal?.removeEventListener('abort', end)
    signal?.throwIfAborted()
    for (const one of ends) if (one.status === 'rejected') throw one.reason
    if (!run || notes.filter(Boolean).length < parts) throw new Error('a thread that simulates has ended')
    return report({ scenario, seed, seconds: run.seconds, parts: notes, samples: run.samples })
  }
}

function startThread(worker: URL, task: PartTask): Worker {
  return new Worker(worker, {
    workerData: task,
    transferList: [...task.ports.values()],
    resourceLimits: { maxYoungGenerationSizeMb: youngMib },
  })
}

/** What each thread is to do: between any two there is a channel. */
function tasksOf(scenario: Scenario, seed: number, parts: number): readonly PartTask[] {
  const ports = Array.from({ length: parts }, () => new Map<number, MessagePort>())
  for (let one = 0; one < parts; one++) {
    for (let other = one + 1; other < parts; other++) {
      const { port1, port2 } = new MessageChannel()
      ports[one]?.set(other, port1)
      ports[other]?.set(one, port2)
    }
  }
  const content = createContent(scenario, seed)
  return ports.map((own, nth) => ({ scenario, seed, nth, parts, content, ports: own }))
}
