import { requireScenario } from './requirements.ts'
import type { SimulationResult } from './result.ts'
import type { Scenario } from './scenario.ts'
import { Simulation } from './simulation.ts'

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

/** How often progress is told, in milliseconds of virtual time. */
const tellingMs = 1_000

/**
 * Runs a whole swarm of our torrents in virtual time, until everybody is complete or the scenario's time is over. Rejects with a TypeError
 * or a RangeError for what is no scenario or no seed.
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<SimulationResult> {
  requireScenario(scenario)
  const { seed = 1, onProgress, signal } = options
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`)
  const simulation = new Simulation(scenario, seed)
  let toldAt = Number.NEGATIVE_INFINITY
  while (await simulation.step()) {
    signal?.throwIfAborted()
    const now = simulation.clock.now()
    if (now < toldAt + tellingMs) continue
    toldAt = now
    onProgress?.(simulation.standing)
  }
  return simulation.end()
}
