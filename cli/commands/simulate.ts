import { writeFile } from 'node:fs/promises'
import type { Expectation, Scenario, SimulationProgress, SimulationResult } from '../../simulator/index.ts'
import type { Context } from '../context/context.ts'
import { formatBytes } from '../output/format.ts'
import { exitCodes, Failure, TellingEnd, WrongUsage } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { readScenarioFile } from './scenario-file.ts'

/** The options of `simulate`. */
export interface SimulateCommandOptions {
  /** Members in all. Absent, as the next ones: as the scenario has it. */
  readonly peers?: number
  /** Of the torrent, in MiB. */
  readonly size?: number
  /** The part of the members that are liars. */
  readonly liars?: number
  readonly seed: number
  /** The name of one of the library, or the path of a file. */
  readonly scenario: string
  /** Where the picture of the run goes. */
  readonly svg?: string
}

/** Between two lines of progress, in seconds of virtual time. */
const tellingSeconds = 10

/** Violations that are told one by one. */
const toldMax = 10

/** `peerchart simulate`: runs a swarm in virtual time, and tells what came of it. Exit code 1 when something happened that never may. */
export async function simulate(options: SimulateCommandOptions, context: Context): Promise<void> {
  const { api, output, signal } = context
  const { scenario, expectations } = await chosen(options, context)
  let nextAt = 0
  const onProgress = ({ seconds, ...progress }: SimulationProgress) => {
    if (seconds < nextAt) return
    nextAt = seconds + tellingSeconds
    output.event({ event: 'simulating', seconds: rounded(seconds), ...progress, part: rounded(progress.part) })
  }
  const result = await api.simulate(scenario, { seed: options.seed, signal, onProgress })
  if (options.svg !== undefined) await write(options.svg, api.drawSimulation(result))
  tell(result, expectations, context)
}

/** What is to be simulated, and what is expected of it. */
interface Chosen {
  readonly scenario: Scenario
  readonly expectations: readonly Expectation[]
}

/** The scenario of the library that has this name, as large as is said, or the one in a file, of which nothing is expected. */
async function chosen(
  { liars, peers, scenario: named, size }: SimulateCommandOptions,
  context: Context,
): Promise<Chosen> {
  const { library } = context.api
  const found = Object.hasOwn(library, named) ? library[named] : undefined
  if (!found) {
    const [given] = Object.entries({ peers, size, liars }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    )
    if (given !== undefined) {
      throw new WrongUsage(
        `--${given} is for ${Object.keys(library).join(', ')}: the scenario of a file, ${named}, says all itself`,
      )
    }
    return { scenario: await readScenarioFile(named, context), expectations: [] }
  }
  const scenario = found.make({
    ...(peers !== undefined && { peers }),
    ...(size !== undefined && { bytes: size * 1024 * 1024 }),
    ...(liars !== undefined && { liars }),
  })
  return { scenario, expectations: found.expectations }
}

async function write(path: string, picture: string): Promise<void> {
  await writeFile(path, picture).catch((error: unknown) => {
    throw new Failure(`cannot write ${path}: ${explainError(error)}`)
  })
}

function tell(result: SimulationResult, expectations: readonly Expectation[], { output }: Context): void {
  const { seed, digest, peers, completed, banned, honestBanned, violations } = result
  output.close()
  output.table({ head: ['figure', 'value'], rows: rowsOf(result), dispensable: [] })
  for (const { claim, holds, isTested, source } of expectations) {
    const tested = isTested?.(result) ?? true
    output.event({ event: 'expectation', claim, source, ...(tested && { holds: holds(result) }), tested })
  }
  for (const { at, detail, member, rule } of violations.slice(0, toldMax)) {
    output.event({ event: 'warning', message: `${rule} at ${rounded(at)} s, ${member}: ${detail}` })
  }
  output.event({
    event: 'simulated',
    seed,
    digest,
    peers,
    completed,
    banned,
    honestBanned,
    medianSeconds: result.medianSeconds === undefined ? null : rounded(result.medianSeconds),
    optimalSeconds: rounded(result.optimalSeconds),
    downloaders: result.downloaders,
    liars: result.liars,
    starved: result.starved,
    fairness: rounded(result.fairness),
    copiesSent: rounded(result.copiesSent),
    overhead: rounded(result.overhead),
    violations: violations.length,
  })
  if (violations.length > 0) throw new TellingEnd(exitCodes.failure)
}

function rowsOf(result: SimulationResult): string[][] {
  const { completed, downloaders, liars, shareRatios } = result
  const seconds = (value: number | undefined) => (value === undefined ? '-' : `${rounded(value)} s`)
  const percent = (part: number) => `${rounded(100 * part)} %`
  const messages = Object.values(result.messages).reduce((sum, count) => sum + count, 0)
  return [
    ['complete', `${completed} of ${downloaders}`],
    ['median', seconds(result.medianSeconds)],
    ['slowest', seconds(result.slowestSeconds)],
    ['optimum of the lines', seconds(result.optimalSeconds)],
    ['fairness (Jain)', String(rounded(result.fairness))],
    ['share ratios, least to most', shareRatios.map(rounded).join(', ')],
    ['copies sent by seeders', String(rounded(result.copiesSent))],
    ['liars banned, starved, in all', `${result.banned}, ${result.starved}, ${liars}`],
    ['honest members banned', String(result.honestBanned)],
    ['corrupt (failed the hash)', formatBytes(result.corruptBytes)],
    ['wasted (twice, or too late)', formatBytes(result.wastedBytes)],
    ['messages', String(messages)],
    ['bytes beyond blocks', percent(result.overhead)],
  ]
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
