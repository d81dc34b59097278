import type { DrawingFormat } from '../../diagram/diagram.ts'
import type { Context } from '../context/context.ts'
import { Failure } from '../process/exit.ts'

/** `peerchart diagram`: prints a statechart; without a name, the names there are. */
export async function diagram(
  machine: string | undefined,
  format: DrawingFormat,
  { api, stdout }: Context,
): Promise<void> {
  const names = Object.keys(api.diagrams)
  if (machine === undefined) {
    stdout.write(`${names.join('\n')}\n`)
    return
  }
  const draw = Object.hasOwn(api.diagrams, machine) ? api.diagrams[machine] : undefined
  if (draw === undefined) throw new Failure(`there is no machine ${machine}, only ${names.join(', ')}`)
  stdout.write(await draw(format))
}
