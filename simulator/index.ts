// Whole swarms in virtual time: the package's entry `peerchart/simulator`.

export {
  type AccessOptions,
  createSimulatedNetwork,
  type SimulatedHost,
  type SimulatedNetwork,
} from './network/network.ts'
export type { Violation } from './run/audit.ts'
export { optimalSeconds } from './run/optimum.ts'
export type { SimulateOptions, SimulationProgress } from './run/options.ts'
export { drawSimulation } from './run/picture.ts'
export { requireScenario } from './run/requirements.ts'
export type { MemberResult, Sample, SimulationResult } from './run/result.ts'
export type { Group, Role, Scenario, ScenarioEvent } from './run/scenario.ts'
export { simulate } from './run/simulate.ts'
export { VirtualTime } from './run/virtual-time.ts'
export { type Expectation, type LibraryScenario, library } from './scenarios/library.ts'
export type { ScenarioSize } from './scenarios/lines.ts'
