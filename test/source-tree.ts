import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** The files of this tree and what they import, for tests of its order. */

export const root = new URL('..', import.meta.url).pathname

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export const filesBelow = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name))
      .map((entry) => posix.join(entry.parentPath.slice(root.length), entry.name)),
  )

export const library = ['machines', 'actors', 'transport', 'storage', 'diagram', 'recorder', 'testing'] as const
export const sources = [
  ...filesBelow(...library, 'inspector', 'conformance', 'simulator', 'cli', 'examples'),
  'index.ts',
]

export interface Import {
  readonly from: string
  /** A file of the tree, or a package as it is named. */
  readonly to: string
  readonly typeOnly: boolean
}

export const importsOf = (from: string): Import[] => [...atHead(from), ...later(from)]

const resolved = (from: string, specifier: string): string =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier

/** What is loaded when it is needed. */
const later = (from: string): Import[] =>
  [...read(from).matchAll(/\bimport\('([^']+)'\)/g)].map(([, specifier = '']) => ({
    from,
    to: resolved(from, specifier),
    typeOnly: false,
  }))

const atHead = (from: string): Import[] =>
  [...read(from).matchAll(/^(?:import|export)\s+(?:(type\s)?([^'"]*?)\sfrom\s+)?'([^']+)'/gm)].map(
    ([, type, names = '', specifier = '']) => ({
      from,
      to: resolved(from, specifier),
      typeOnly: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names.trim()),
    }),
  )
