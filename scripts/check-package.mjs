/**
 * Checks the package as its users get it: packs it, installs the tarball in an empty project, type-checks and runs
 * examples/embed.ts there, starts the executable, and lints the tarball with publint and are-the-types-wrong.
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
const example = join(root, 'examples', 'embed.ts')

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
  const tsconfig = {
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      outDir: 'out',
      rootDir: '.',
    },
    files: ['embed.ts'],
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
  copyFileSync(example, join(project, 'embed.ts'))
}

function check(work) {
  if (!existsSync(example)) throw new CheckFailed(`${example} is missing`)
  const project = join(work, 'project')
  const own = (name) => join(root, 'node_modules', '.bin', name)
  const theirs = (name) => join(project, 'node_modules', '.bin', name)

  run('npm pack', root, 'npm', ['pack', '--pack-destination', work], installTimeoutMs)
  const name = readdirSync(work).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new CheckFailed('npm pack made no tarball')
  const tarball = join(work, name)
  run('publint', root, own('publint'), ['run', tarball, '--strict'])
  run('are the types wrong', root, own('attw'), [tarball, '--profile', 'esm-only'])

  writeProject(project, tarball)
  run('install in an empty project', project, 'npm', ['install', '--no-audit', '--no-fund'], installTimeoutMs)
  run('type-check and compile examples/embed.ts', project, theirs('tsc'), ['-p', '.'])
  const printed = run('run examples/embed.ts', project, process.execPath, [join('out', 'embed.js')])
  if (printed.trim() === '') throw new CheckFailed('examples/embed.ts printed nothing')
  run('peerchart --help', project, theirs('peerchart'), ['--help'])
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
