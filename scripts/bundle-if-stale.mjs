/** Bundles what is older than a source of it: after `npm install`, which has built everything, `npm start` starts at once. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const others = ['node_modules', 'dist', 'docs', 'test', 'bench', 'examples', '.git']

const filesIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return others.includes(path) ? [] : filesIn(path)
    return [path]
  })

const changedAt = (path) => statSync(join(root, path)).mtimeMs
const built = ['dist/cli/main.js', 'dist/inspector/page/page.js']
const isFresh =
  built.every((path) => existsSync(join(root, path))) &&
  Math.min(...built.map(changedAt)) > Math.max(...filesIn('.').map(changedAt))

if (!isFresh) {
  await import('./bundle.mjs')
  await import('./bundle-page.mjs')
}
