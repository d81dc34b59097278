import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Chart, charts } from './charts.ts'
import type { Definition } from './definition.ts'
import { Modules } from './modules.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { firstFailureIn, prepareTests } from './tests.ts'
import { xstateThat } from './xstate-that.ts'

/** How long a file of tests may take with a mutant, in milliseconds: so much, and so many times as long as without. */
const graceMs = 10_000
const graceTimes = 10

const asIs = (definition: Definition): Definition => definition

const root = new URL('..', import.meta.url).pathname

/** The tests of a chart, and its mutants, which they are to notice. */
export class Trial {
  readonly #chart: Chart
  readonly #modules = new Modules()
  readonly #begins: (file: string, msMax: number) => void
  /** How long each file of tests takes, those that take least first. */
  #files: ReadonlyMap<string, number> = new Map()
  /** By the region that was changed, the file that noticed a change last. */
  readonly #noticed = new Map<string, string>()
  mutants: readonly Mutant[] = []

  /** `begins` is told before a file of tests begins. */
  constructor(id: string, begins: (file: string, msMax: number) => void) {
    this.#chart = chartOf(id)
    this.#begins = begins
  }

  /** Runs the tests as they are, and finds the mutants. Answers with the test that fails without any. */
  async begin(): Promise<string | undefined> {
    prepareTests()
    const paths = this.#chart.tests.flatMap(testsBelow)
    const module = join(root, this.#chart.module)
    for (const path of [module, ...paths]) await this.#modules.prepare(path)
    this.mutants = this.#mutantsIn(module)
    const took = new Map<string, number>()
    for (const path of paths) {
      const from = performance.now()
      const failure = await this.#firstFailureIn([path], asIs, undefined)
      if (failure !== undefined) return failure
      took.set(path, performance.now() - from)
    }
    this.#files = new Map([...took].sort(([, one], [, other]) => one - other))
    return undefined
  }

  /** The test that notices a mutant, by its number. */
  async notices(number: number): Promise<string | undefined> {
    const { change, delay, place } = this.mutants[number] as Mutant
    const region = place.split(/[. ]/)[0] ?? ''
    const likely = this.#noticed.get(region)
    const paths = [...this.#files.keys()].sort((one, other) => Number(other === likely) - Number(one === likely))
    return this.#firstFailureIn(paths, change, delay, (path) => void this.#noticed.set(region, path))
  }

  #mutantsIn(module: string): readonly Mutant[] {
    let found: Definition | undefined
    const note = (definition: Definition) => {
      found = definition
      return definition
    }
    const exported = this.#evaluation(note, undefined)(module) as Readonly<Record<string, unknown>>
    const machine = Object.values(exported).find(isMachine)
    if (found === undefined || machine === undefined) throw new Error(`${module} makes no chart ${this.#chart.id}`)
    return mutantsOf(found, Object.keys(machine.implementations.delays))
  }

  #evaluation(change: Mutant['change'], delay: Mutant['delay']): (path: string) => unknown {
    return this.#modules.evaluation({ xstate: xstateThat(this.#chart.id, change, delay) })
  }

  async #firstFailureIn(
    paths: readonly string[],
    change: Mutant['change'],
    delay: Mutant['delay'],
    noticed: (path: string) => void = () => {},
  ): Promise<string | undefined> {
    const load = this.#evaluation(change, delay)
    for (const path of paths) {
      this.#begins(path, graceMs + graceTimes * (this.#files.get(path) ?? graceMs))
      const failure = await firstFailureIn(path, load)
      if (failure === undefined) continue
      noticed(path)
      return failure
    }
    return undefined
  }
}

function chartOf(id: string): Chart {
  const chart = charts.find((one) => one.id === id)
  if (chart === undefined) throw new Error(`there is no chart ${id}`)
  return chart
}

/** A file of tests, or those of a folder. */
function testsBelow(path: string): readonly string[] {
  const whole = join(root, 'test', path)
  if (!statSync(whole).isDirectory()) return [whole]
  return readdirSync(whole, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(whole, name))
}

const isMachine = (value: unknown): value is { readonly implementations: { readonly delays: object } } =>
  typeof value === 'object' && value !== null && 'implementations' in value
