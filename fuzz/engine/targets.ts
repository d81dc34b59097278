import { readdirSync } from 'node:fs'
import type { Target } from './target.ts'

const folder = new URL('../targets/', import.meta.url)

/** The names of all targets: each is a file, whose `target` it is. */
export const targetNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .sort()

/** One of them. */
export async function loadTarget(name: string): Promise<Target> {
  const { target } = (await import(new URL(`${name}.ts`, folder).href)) as { readonly target: Target }
  return target
}
