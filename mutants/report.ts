import type { Tried } from './hunt.ts'

/** How many of a hundred mutants are to be noticed, those that are equivalent aside. */
export const noticedMin = 95

/** What came of the mutants of a chart. */
export interface Report {
  readonly chart: string
  readonly mutants: number
  readonly equivalent: number
  readonly noticed: number
  /** They are said to be equivalent, but a test notices them, or they are none. */
  readonly wrong: readonly string[]
}

/** Adds up what was tried. `reasons`: the mutants that are said to be equivalent. `names`: all mutants of the chart. */
export function reportOf(
  chart: string,
  tried: readonly Tried[],
  names: readonly string[],
  reasons: Readonly<Record<string, string>>,
): Report {
  const isEquivalent = ({ name }: Tried) => name in reasons
  const counted = tried.filter((one) => !isEquivalent(one))
  return {
    chart,
    mutants: tried.length,
    equivalent: tried.length - counted.length,
    noticed: counted.filter(({ test }) => test !== undefined).length,
    wrong: [
      ...Object.keys(reasons)
        .filter((name) => !names.includes(name))
        .map((name) => `${name} (there is no such mutant)`),
      ...tried
        .filter((one) => isEquivalent(one) && one.test !== undefined)
        .map(({ name, test }) => `${name} (noticed by ${test})`),
    ],
  }
}

/** How many of a hundred were noticed. */
export const percentOf = ({ equivalent, mutants, noticed }: Report): number =>
  mutants === equivalent ? 100 : (100 * noticed) / (mutants - equivalent)

/** How far it is, in a line. `toTry`: how many mutants there are to try; undefined as long as that is not known. */
export function progressOf(
  chart: string,
  tried: readonly Tried[],
  toTry: number | undefined,
  reasons: Readonly<Record<string, string>>,
): string {
  if (toTry === undefined) return `${chart}: the tests run without a mutant`
  const { equivalent, mutants, noticed } = reportOf(chart, tried, [], reasons)
  return `${chart}: ${mutants} of ${toTry} tried, ${noticed} noticed, ${mutants - equivalent - noticed} survived`
}

/** It, in lines; which have survived is not said again. */
export function linesOf(report: Report): readonly string[] {
  const { chart, equivalent, mutants, noticed, wrong } = report
  const percent = percentOf(report).toFixed(1)
  return [
    `${chart}: ${mutants} mutants, ${equivalent} equivalent, ${noticed} noticed (${percent} %), ${mutants - equivalent - noticed} survived`,
    ...wrong.map((name) => `  not equivalent: ${name}`),
  ]
}
