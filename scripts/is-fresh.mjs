/** Whether what was built is newer than all that it is built from. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A file of each bundle. */
export const bundled = ['dist/cli/main.js', 'dist/inspector/page/page.js']

const others = ['node_modules', 'dist', 'docs', 'test', 'bench', 'examples', 'fuzz', 'mutants', '.git']

const filesIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return others.includes(path) ? [] : filesIn(path)
    return [path]
  })

const changedAt = (path) => statSync(join(root, path)).mtimeMs

/** Whether all of these files are there, and none is older than a source. */
export const isFresh = (built) =>
  built.every((path) => existsSync(join(root, path))) &&
  Math.min(...built.map(changedAt)) > Math.max(...filesIn('.').map(changedAt))
