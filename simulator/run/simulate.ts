import { alone, runInStep } from './lockstep.ts'
import { Part } from './part.ts'
import { report } from './report.ts'
import { requireScenario, requireSeed } from './requirements.ts'
import type { SimulationResult } from './result.ts'
import type { Scenario } from './scenario.ts'

/** How a simulation stands. */
export interface SimulationProgress {
  /** Seconds of virtual time. */
  readonly seconds: number
  /** Members that are there. */
  readonly present: number
  /** The part of what is wanted that is there: 0 to 1. */
  readonly part: number
  readonly completed: number
  readonly downloaders: number
}

/** What a simulation may be given. */
export interface SimulateOptions {
  /** A whole number. The same scenario and seed give the same run, bit for bit. Default 1. */
  readonly seed?: number
  /** Called after each second of virtual time. It must not throw. */
  readonly onProgress?: (progress: SimulationProgress) => void
  /** Ends it: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Runs a whole swarm of our torrents in virtual time, until everybody is complete or the scenario's time is over. Rejects with a TypeError
 * or a RangeError for what is no scenario or no seed.
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<SimulationResult> {
  const { seed = 1, onProgress, signal } = options
  requireScenario(scenario)
  requireSeed(seed)
  const part = new Part(scenario, seed, 0, 1)
  const { samples, seconds } = await runInStep(part, scenario, alone, { onProgress, signal })
  return report({ scenario, seed, seconds, parts: [part.notes()], samples })
}
