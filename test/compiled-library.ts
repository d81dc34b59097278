import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'vitest/config'
import { filesBelow, library, root } from './source-tree.ts'

/** What tests import of the library; the inspector's page is made for browsers and stays as it is. */
const modules = [...filesBelow(...library, 'cli', 'inspector', 'types'), 'index.ts'].filter(
  (path) => path.endsWith('.ts') && !path.startsWith('inspector/page/'),
)

/**
 * Tests of a run import the library as users do: compiled, by Node. Where Vite serves the modules, each use of an import is a call, and
 * swarms take a third longer. Compiled is each module by itself, so that an import still means one file; stacks name these files.
 * A run that watches serves the sources.
 */
export function compiledLibrary(): Plugin {
  const compiled = new Map<string, string>()
  return {
    name: 'compiled-library',
    enforce: 'pre',
    async configureVitest({ vitest }) {
      if (vitest.config.watch) return
      const folder = await compile()
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
      for (const path of modules) compiled.set(join(root, path), join(folder, path.replace(/ts$/, 'js')))
    },
    resolveId: (source, importer) =>
      compiled.get(source.startsWith('.') && importer ? resolve(dirname(importer), source) : source),
  }
}

/** Answers the folder, which is this run's own: others may be under way. */
async function compile(): Promise<string> {
  const caches = join(root, 'node_modules/.cache')
  mkdirSync(caches, { recursive: true })
  const folder = mkdtempSync(join(caches, 'library-'))
  await build({
    absWorkingDir: root,
    entryPoints: modules,
    outbase: '.',
    outdir: relative(root, folder),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [
      {
        name: 'each module by itself',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\./ }, ({ path, kind }) =>
            kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
          ),
      },
    ],
  })
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'dist/inspector/page'), join(folder, 'inspector/page'))
  return folder
}
