import type { MessagePort } from 'node:worker_threads'
import { type Run, runInStep } from '../run/lockstep.ts'
import type { PartNotes } from '../run/notes.ts'
import type { SimulationProgress } from '../run/options.ts'
import { Part, type PartOptions } from '../run/part.ts'
import { exchangeBy } from './exchange.ts'

/** What a thread is to do. */
export interface PartTask extends PartOptions {
  /** To the threads of the others, by their numbers. */
  readonly ports: ReadonlyMap<number, MessagePort>
}

/** What a thread tells: how all stand, the first of them alone; and once, in the end, what was noted. */
export type PartNews = { readonly progress: SimulationProgress } | { readonly run: Run; readonly notes: PartNotes }

/** Runs a part on this thread, in step with the others on theirs. */
export async function runPart({ ports, ...options }: PartTask, tell: (news: PartNews) => void): Promise<void> {
  const { nth, scenario } = options
  const part = new Part(options)
  const { close, exchange } = exchangeBy(ports, nth)
  const telling = nth === 0 ? { onProgress: (progress: SimulationProgress) => tell({ progress }) } : {}
  const run = await runInStep(part, scenario, exchange, telling)
  tell({ run, notes: part.notes() })
  close()
}
