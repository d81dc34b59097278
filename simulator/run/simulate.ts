import { createContent } from './content.ts'
import { alone, runInStep } from './lockstep.ts'
import type { SimulateOptions } from './options.ts'
import { Part } from './part.ts'
import { report } from './report.ts'
import { requireScenario, requireSeed } from './requirements.ts'
import type { SimulationResult } from './result.ts'
import type { Scenario } from './scenario.ts'

/**
 * Runs a whole swarm of our torrents in virtual time, until everybody is complete or the scenario's time is over. Rejects with a TypeError
 * or a RangeError for what is no scenario or no seed.
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<SimulationResult> {
  const { seed = 1 } = options
  requireScenario(scenario)
  requireSeed(seed)
  const part = new Part({ scenario, seed, nth: 0, parts: 1, content: createContent(scenario, seed) })
  const { samples, seconds } = await runInStep(part, scenario, alone, options)
  return report({ scenario, seed, seconds, parts: [part.notes()], samples })
}
