import { isUtf8 } from 'node:buffer'
import { requireScenario, type Scenario } from '../../simulator/index.ts'
import type { Context } from '../context/context.ts'
import { readBounded } from '../process/bounded-file.ts'
import { Failure, untilAborted, WrongUsage } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'

/** Of a file with a scenario, in bytes: it has some hundred for each group and event. Our own number. */
export const scenarioBytesMax = 1024 * 1024

/** How long a pipe may bring nothing, in milliseconds. */
const patienceMs = 60_000

/**
 * Reads the JSON file, or the pipe, with a scenario that a user named. Throws a WrongUsage that names the file and what is wrong with it, also
 * where it is no file, or the reason of the context's signal.
 */
export async function readScenarioFile(
  path: string,
  { api, clock, signal }: Pick<Context, 'api' | 'clock' | 'signal'>,
): Promise<Scenario> {
  const bounds = { what: 'scenario', bytesMax: scenarioBytesMax, patienceMs, clock, signal }
  const reading = readBounded(path, bounds).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new WrongUsage(whyUnread(path, error, Object.keys(api.library)))
  })
  const bytes = await untilAborted(reading, signal)
  if (!isUtf8(bytes)) throw new WrongUsage(`${path} is not a usable scenario: it is not UTF-8`)
  try {
    const scenario: unknown = JSON.parse(new TextDecoder().decode(bytes))
    requireScenario(scenario)
    return scenario
  } catch (error) {
    throw new WrongUsage(`${path} is not a usable scenario: ${explainError(error)}`)
  }
}

/** What is not there may have been meant as a name. */
function whyUnread(path: string, error: unknown, names: readonly string[]): string {
  if (error instanceof Failure) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return `there is no scenario ${path}, and no file of that name; there are ${names.join(', ')}`
  return `cannot read ${path}: ${explainError(error)}`
}
