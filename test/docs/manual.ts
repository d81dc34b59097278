import { readdirSync } from 'node:fs'
import { read } from '../source-tree.ts'

/** What people read of this project, by path: the README, the pages of docs/, and the pages that stand beside code. */
export const manual: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    'machines/README.md',
    'actors/README.md',
    'bench/README.md',
  ].map((path) => [path, read(path)]),
)

/** A page of the manual; throws when there is none. */
export function page(path: string): string {
  const text = manual.get(path)
  if (text === undefined) throw new Error(`the manual has no page ${path}`)
  return text
}

/** What stands below a heading of level 2, up to the next one. */
export const section = (path: string, heading: string): string =>
  `${page(path)}\n## `.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

/** The rows of the first table in a text, without its head. */
export const rowsOf = (text: string): string[] => {
  const lines = text.split('\n')
  const rule = lines.findIndex((line) => /^\|( --- \|)+$/.test(line))
  const rows = lines.slice(rule + 1)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rule < 0 ? [] : rows.slice(0, end < 0 ? rows.length : end)
}

/** What stands below a mark, `<!-- … -->` on a line of its own. */
export const below = (path: string, mark: string): string => page(path).split(`<!-- ${mark} -->\n`)[1] ?? ''

/** What stands between backticks. */
export const codeIn = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
