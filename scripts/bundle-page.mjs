/**
 * Builds the inspector's page into `dist/inspector/page`: three files that need nothing else. Says what they weigh, and fails above the
 * limit: the page ships in the package, also for programs that never open it.
 */

import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('../inspector/page', import.meta.url))
const target = fileURLToPath(new URL('../dist/inspector/page', import.meta.url))

/** Of all files, compressed. */
const kibibytesMax = 400

mkdirSync(target, { recursive: true })
await build({
  entryPoints: [
    { in: join(source, 'main.tsx'), out: 'page' },
    { in: join(source, 'css/page.css'), out: 'page' },
  ],
  outdir: target,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  tsconfig: join(source, 'tsconfig.json'),
  // The licence of what is inside wants its notice kept.
  banner: { js: '/*! with Preact, (c) 2015-present Jason Miller, MIT License */' },
})
copyFileSync(join(source, 'index.html'), join(target, 'index.html'))

const compressed = ['index.html', 'page.js', 'page.css'].map(
  (name) => gzipSync(readFileSync(join(target, name))).length,
)
const kibibytes = compressed.reduce((sum, bytes) => sum + bytes, 0) / 1024
console.log(`the inspector's page: ${kibibytes.toFixed(1)} KiB compressed`)
if (kibibytes > kibibytesMax) throw new Error(`the inspector's page is larger than ${kibibytesMax} KiB`)
