import type { MessagePort } from 'node:worker_threads'
import { BufferPool } from '../network/buffer-pool.ts'
import { type Run, runInStep } from '../run/lockstep.ts'
import type { PartNotes } from '../run/notes.ts'
import { Part } from '../run/part.ts'
import type { Scenario } from '../run/scenario.ts'
import type { SimulationProgress } from '../run/simulate.ts'
import { exchangeBy } from './exchange.ts'

/** What a thread is to do. */
export interface PartTask {
  readonly scenario: Scenario
  readonly seed: number
  /** Which part of how many it is, from 0. */
  readonly nth: number
  readonly parts: number
  /** To the threads of the others, by their numbers. */
  readonly ports: ReadonlyMap<number, MessagePort>
}

/** What a thread tells: how all stand, the first of them alone; and once, in the end, what was noted. */
export type PartNews = { readonly progress: SimulationProgress } | { readonly run: Run; readonly notes: PartNotes }

/** Runs a part on this thread, in step with the others on theirs. */
export async function runPart(
  { nth, parts, ports, scenario, seed }: PartTask,
  tell: (news: PartNews) => void,
): Promise<void> {
  const pool = new BufferPool()
  const part = new Part(scenario, seed, nth, parts, pool)
  const { close, exchange } = exchangeBy(ports, nth, pool)
  const onProgress = nth === 0 ? (progress: SimulationProgress) => tell({ progress }) : undefined
  const run = await runInStep(part, scenario, exchange, { onProgress })
  tell({ run, notes: part.notes() })
  close()
}
