/**
 * Compiles the modules into few files in `dist`; `tsc` checks types and writes declarations. Node opens all modules that are imported at
 * once: hundreds of them would not fit in a process that may open 128 files, and take longer to start. Packages are left outside.
 */

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** What is started or imported: the library, the executable, and parts that benchmarks and scripts of this project look into. */
const entries = [
  'index',
  'cli/main',
  'cli/process/create-worker',
  'cli/process/simulate-worker',
  'diagram/committed-drawings',
  'diagram/drawings',
  'inspector/inspector',
  'inspector/server/draw-worker',
  'machines/torrent/peers/peer-group',
  'simulator/index',
  'testing/fast-check/index',
  'testing/index',
  'transport/mse/rc4',
]

mkdirSync(dist, { recursive: true })
const earlier = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'))
const { metafile } = await build({
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, join(root, `${entry}.ts`)])),
  outdir: dist,
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
for (const name of earlier) if (!written.has(name)) rmSync(join(dist, name))
