import { execFile, execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createOutput } from '../../../cli/output/create-output.ts'
import { createProgram } from '../../../cli/program.ts'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const { io } = fakeIo()
const program = createProgram({
  ...io,
  output: createOutput(io, io.clock, ['--json']),
  signal: new AbortController().signal,
})

async function script(shell: string): Promise<string> {
  const world = fakeIo()
  expect(await run(['completion', shell], world.io)).toBe(0)
  return world.stdout.text
}

const isThere = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'])
    return true
  } catch {
    return false
  }
}

describe.each(['bash', 'zsh', 'fish'])('the completion of %s', (shell) => {
  test('has every command and every option that --help shows', async () => {
    const text = await script(shell)
    for (const command of program.commands) {
      expect(text).toContain(command.name())
      for (const { long, hidden } of command.options) {
        const written = shell === 'fish' ? `-l ${long?.slice(2)} ` : (long ?? '')
        if (!hidden) expect(text).toContain(written)
      }
    }
  })

  test.runIf(isThere(shell))('is in order to that shell', async () => {
    const file = join(await temporaryFolder(), 'script')
    await writeFile(file, await script(shell))
    expect(await promisify(execFile)(shell, ['-n', file])).toEqual({ stdout: '', stderr: '' })
  })
})

test.runIf(isThere('bash'))('bash completes commands, options and what an option may be', async () => {
  const asked = [
    ['peerchart', 'ver'],
    ['peerchart', 'seed', '--super'],
    ['peerchart', 'download', '--encryption', 're'],
    ['peerchart', 'completion', 'z'],
  ]
  const lines = asked.map(
    (words) => `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _peerchart; echo "\${COMPREPLY[*]}"`,
  )
  const bash = promisify(execFile)('bash', ['--norc'])
  bash.child.stdin?.end(`${await script('bash')}\n${lines.join('\n')}\n`)
  expect((await bash).stdout.split('\n')).toEqual(['verify', '--super-seed', 'required', 'zsh', ''])
})
