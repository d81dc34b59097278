import fc, { type IPropertyWithHooks, type RunDetails } from 'fast-check'

/** Where a walk begins that failed: what `WALK` says of it. */
export interface Walk {
  readonly seed: number
  readonly path?: string
  readonly replayPath?: string
}

/** The walk that is to be taken again: `WALK='seed path replayPath'`; without it a new one by this seed. */
export function walkOf(seed: number, again: string | undefined = process.env.WALK): Walk {
  if (again === undefined) return { seed }
  const [own = '', path = '', replayPath = ''] = again.split(' ')
  return { seed: Number(own), path, replayPath }
}

/** The line that takes the walk of a failed run again. */
export function againLine(
  file: string,
  {
    seed,
    counterexamplePath,
    counterexample,
  }: Pick<RunDetails<unknown>, 'seed' | 'counterexamplePath' | 'counterexample'>,
): string {
  const replayPath = /replayPath="([^"]*)"/.exec(fc.stringify(counterexample))?.[1] ?? ''
  return `WALK='${seed} ${counterexamplePath} ${replayPath}' npx vitest run ${file}`
}

/** Checks a property of walks. Throws an Error that has the script it shrank to, what was wrong, and the line that takes it again. */
export async function assertWalks<Values extends [unknown, ...unknown[]]>(
  file: string,
  property: IPropertyWithHooks<Values> | fc.IAsyncPropertyWithHooks<Values>,
  { seed, path }: Walk,
  numRuns: number,
): Promise<void> {
  const details = (await fc.check(property as fc.IAsyncProperty<Values>, {
    seed,
    numRuns: path === undefined ? numRuns : 1,
    ...(path !== undefined && { path }),
  })) as RunDetails<Values>
  if (!details.failed) return
  const { counterexample, errorInstance, numShrinks } = details
  throw new Error(
    [
      `a walk fails, here after ${numShrinks} shrinks:`,
      ...(counterexample ?? []).map((value) => fc.stringify(value).replaceAll(/,(?=dialler|accepter|\d+ ms)/g, '\n')),
      errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
      againLine(file, details),
    ].join('\n'),
  )
}
