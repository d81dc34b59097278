import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { seedsOf, type Target } from './target.ts'

const folderOf = (name: string): URL => new URL(`../corpus/${name}/`, import.meta.url)

/** Inputs that were kept because they reach something: named by their hash. */
const keptName = /^[0-9a-f]{12}$/

/** The inputs that there are of a target, by name: its seeds, and those of its folder. */
export function corpusOf(name: string, target: Target): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ...seedsOf(target),
    ...filesOf(name).map((file) => [file, new Uint8Array(readFileSync(new URL(file, folderOf(name))))] as const),
  ])
}

/** Keeps inputs in the place of those that were kept before; what has a name of its own stays. */
export function replaceKept(name: string, target: Target, kept: readonly Uint8Array[]): void {
  const folder = folderOf(name)
  mkdirSync(folder, { recursive: true })
  for (const file of filesOf(name)) if (keptName.test(file)) rmSync(new URL(file, folder))
  const others = [...corpusOf(name, target).values()]
  for (const input of kept) {
    if (!others.some((other) => Buffer.compare(other, input) === 0))
      writeFileSync(new URL(hashOf(input), folder), input)
  }
}

/** Twelve hex digits. */
export const hashOf = (input: Uint8Array): string => createHash('sha1').update(input).digest('hex').slice(0, 12)

const filesOf = (name: string): string[] => {
  try {
    return readdirSync(folderOf(name)).sort()
  } catch {
    return []
  }
}
