/**
 * Checks the package as its users get it: packs it, looks at what the tarball holds, lints it with publint and
 * are-the-types-wrong, installs it in an empty project, type-checks and runs every example there, starts the executable.
 * Ends with 1 at the first thing that is wrong; leaves nothing behind.
 */

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** The inspector's page, which is bundled apart. */
const page = ['index.html', 'page.js', 'page.css'].map((name) => `dist/inspector/page/${name}`)
const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'))
/** What exports something is a part of others. */
const isProgram = (name) => !/^export /m.test(readFileSync(join(root, 'examples', name), 'utf8'))

/** An install downloads; everything else here takes seconds, the example included, which has to end by itself. */
const installTimeoutMs = 240_000
const stepTimeoutMs = 60_000

class CheckFailed extends Error {}

/** Runs a program to its end and returns its output; anything but exit code 0 in time fails the check. */
function run(what, cwd, command, args, timeout = stepTimeoutMs) {
  console.log(`- ${what}`)
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    timeout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return stdout
  const how = error?.message ?? signal ?? `exit code ${status}`
  throw new CheckFailed(`${what} failed: ${how}\n${stdout ?? ''}${stderr ?? ''}`)
}

/**
 * How the examples are type-checked. The first looks into the declarations of every package. XState's own (5.33) do not pass
 * `exactOptionalPropertyTypes`, so with it ours are checked as they are used.
 */
const typeChecks = {
  strict: {},
  exact: { exactOptionalPropertyTypes: true, skipLibCheck: true, noEmit: true },
}

function installedVersion(name) {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
}

/** An empty project that depends on the tarball and on what a TypeScript user has anyway. */
function writeProject(project, tarball) {
  mkdirSync(project)
  const manifest = {
    name: 'empty-project',
    private: true,
    type: 'module',
    dependencies: { peerchart: `file:${tarball}` },
    devDependencies: { '@types/node': installedVersion('@types/node'), typescript: installedVersion('typescript') },
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  for (const [name, options] of Object.entries(typeChecks)) {
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      // Examples import each other as Node runs them.
      rewriteRelativeImportExtensions: true,
      outDir: 'out',
      rootDir: '.',
      ...options,
    }
    writeFileSync(join(project, `tsconfig.${name}.json`), JSON.stringify({ compilerOptions, files: examples }))
  }
  for (const name of examples) copyFileSync(join(root, 'examples', name), join(project, name))
}

/**
 * Fails unless the tarball holds the compiled sources, each from a source that is there or put together from several, and what README
 * shows and links.
 */
function checkContents(files) {
  const linked = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#]+)\)/g)]
    .map(([, path]) => path)
    .filter((path) => /\.(md|svg|mmd)$/.test(path))
  const missing = [
    'package.json',
    'README.md',
    'LICENSE',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/simulator/index.js',
    'dist/simulator/index.d.ts',
    'dist/testing/fast-check/index.js',
    'dist/testing/fast-check/index.d.ts',
    'dist/testing/index.js',
    'dist/testing/index.d.ts',
    'dist/cli/main.js',
    ...page,
    ...linked,
  ].filter((path) => !files.includes(path))
  if (missing.length > 0) throw new CheckFailed(`the tarball lacks ${missing.join(', ')}`)
  const source = (path) => join(root, path.replace(/^dist\//, '').replace(/(\.d)?\.[jt]s$/, '.ts'))
  const others = files.filter((path) => !page.includes(path))
  const strange = others.filter((path) =>
    path.startsWith('dist/')
      ? !/^dist\/chunks\/[^/]+\.js$/.test(path) && (!/\.(js|d\.ts)$/.test(path) || !existsSync(source(path)))
      : !/^(package\.json|LICENSE|(actors\/|machines\/|bench\/|fuzz\/|mutants\/)?README\.md|docs\/.+\.(md|svg|mmd))$/.test(
          path,
        ),
  )
  if (strange.length > 0) throw new CheckFailed(`the tarball should not hold ${strange.join(', ')}`)
}

function check(work) {
  const project = join(work, 'project')
  const own = (name) => join(root, 'node_modules', '.bin', name)
  const theirs = (name) => join(project, 'node_modules', '.bin', name)

  run('npm pack', root, 'npm', ['pack', '--pack-destination', work], installTimeoutMs)
  const name = readdirSync(work).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new CheckFailed('npm pack made no tarball')
  const tarball = join(work, name)
  const listing = run('contents', root, 'tar', ['-tzf', tarball])
  checkContents(
    listing
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, '')),
  )
  run('publint', root, own('publint'), ['run', tarball, '--strict'])
  run('are the types wrong', root, own('attw'), [tarball, '--profile', 'esm-only'])

  writeProject(project, tarball)
  run('install in an empty project', project, 'npm', ['install', '--no-audit', '--no-fund'], installTimeoutMs)
  for (const name of Object.keys(typeChecks)) {
    run(`type-check the examples, ${name}`, project, theirs('tsc'), ['-p', `tsconfig.${name}.json`])
  }
  for (const name of examples.filter(isProgram)) {
    const printed = run(`run ${name}`, project, process.execPath, [join('out', name.replace(/ts$/, 'js'))])
    if (printed.trim() === '') throw new CheckFailed(`${name} printed nothing`)
  }
  run('peerchart --help', project, theirs('peerchart'), ['--help'])
  run('peerchart demo', project, theirs('peerchart'), ['demo', '--json'])
}

const work = mkdtempSync(join(tmpdir(), 'peerchart-package-'))
try {
  check(work)
  console.log('the package is sound')
} catch (error) {
  if (!(error instanceof CheckFailed)) throw error
  console.error(error.message.trim())
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
