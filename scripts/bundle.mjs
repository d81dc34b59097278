/**
 * Puts the modules that the compiler wrote to `dist` together in few files. Node opens all modules that are imported at once: hundreds of
 * them would not fit in a process that may open 128 files, and take longer to start. Packages are left outside.
 */

import { readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const dist = fileURLToPath(new URL('../dist', import.meta.url))

/** What is started or imported: the library, the executable, and parts that benchmarks and scripts of this project look into. */
const entries = [
  'index',
  'cli/main',
  'diagram/charts',
  'diagram/drawings',
  'machines/torrent/peers/peer-group',
  'transport/mse/rc4',
]

const modules = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'))
const { metafile } = await build({
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
  outdir: dist,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  metafile: true,
})
const written = new Set(Object.keys(metafile.outputs).map((path) => relative(dist, path)))
for (const name of modules) if (!written.has(name)) rmSync(join(dist, name))
