import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Plugin } from 'vitest/config'
import { filesBelow, importsOf, library, read, root } from './source-tree.ts'

/** What is not imported by tests, or only by those that start processes; the inspector's page is made for browsers and stays as it is. */
const others =
  /^inspector\/page\/|^test\/(interop|browser)\/|\.test\.ts$|^test\/(setup|compiled-library|pure-calls-sample)\.ts$/

/** What tests import of the library, and of each other. */
const imported = [
  ...filesBelow(...library, 'simulator', 'cli', 'conformance', 'inspector', 'types', 'test'),
  'index.ts',
].filter((path) => path.endsWith('.ts') && !others.test(path))

/** Tests that import compiled modules and packages alone, none by a name that is made when they run. */
function testsOf(compiled: ReadonlySet<string>): readonly string[] {
  const tests = filesBelow('test').filter((path) => path.endsWith('.test.ts') && !read(path).includes('@vite-ignore'))
  return tests.filter((path) => importsOf(path).every(({ to }) => !to.endsWith('.ts') || compiled.has(to)))
}

const modules = [...imported, ...testsOf(new Set(imported))]

/**
 * Tests of a run import the library as users do: compiled, by Node. Where Vite serves the modules, each use of an import is a call, and
 * swarms take a third longer; and each worker asks it for every one. So the tests are compiled too, but for those that import what is not.
 * Compiled is each module by itself, so that an import still means one file; stacks name the sources, by maps. A run that watches serves the sources.
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
    sourcemap: 'linked',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [
      {
        name: 'helpers of tests look for files where their source lies',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (!path.startsWith(join(root, 'test/'))) return undefined
            const source = readFileSync(path, 'utf8')
            return { loader: 'ts', contents: source.replaceAll('import.meta.url', `'${pathToFileURL(path)}'`) }
          }),
      },
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
