import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'
import { temporaryFolder } from '../cli/sample-file.ts'

/** The executable as `npm test` has built it. */
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname

interface Printed {
  readonly event: string
  readonly [field: string]: unknown
}

const parsed = (text: string): Printed[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Runs the executable to its end. */
function peerchart(folder: string, args: readonly string[]): Promise<{ code: number | null; events: Printed[] }> {
  const env = { PATH: '/nowhere', HOME: folder, TMPDIR: folder, XDG_STATE_HOME: folder }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args, '--json'], { cwd: folder, env }, (_, stdout) =>
      resolve({ code: child.exitCode, events: parsed(stdout) }),
    )
  })
}

const closedIn = (events: readonly Printed[]): unknown[] =>
  events.filter(({ event, state }) => event === 'peer' && state === 'closed').map(({ reason }) => reason)

test('a download and a seed over TCP, each with a record: both replay to how they ended, the seed that was killed up to there', async () => {
  const folder = await temporaryFolder()
  const { file, pieces } = createSampleTorrent('a.bin', 2_000_000, 32_768)
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'a.bin'), Buffer.concat(pieces))
  await writeFile(join(folder, 'a.torrent'), file)
  const env = { PATH: '/nowhere', HOME: folder, TMPDIR: folder, XDG_STATE_HOME: join(folder, 'state') }
  const seedArgs = [main, 'seed', 'a.torrent', '--data', 'data', '--listen', '0', '--record', 'seed.record', '--json']
  const seed = spawn(process.execPath, seedArgs, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void seed.kill('SIGKILL'))
  let printed = ''
  const port = await new Promise((resolve, reject) => {
    seed.once('exit', () => reject(new Error('the seed ended')))
    seed.stdout.on('data', (chunk) => {
      printed += chunk
      const [, found] = /"port":(\d+)/.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  const args = ['download', 'a.torrent', '--out', 'out', '--peer', `127.0.0.1:${port}`, '--record', 'down.record']
  const download = await peerchart(folder, args)
  expect(download.code).toBe(0)
  seed.kill('SIGKILL')
  await once(seed, 'exit')

  const [down, up] = await Promise.all(
    ['down.record', 'seed.record'].map((record) => peerchart(folder, ['replay', record])),
  )
  expect(down?.code).toBe(0)
  const connections = down?.events.filter(({ event }) => event === 'connection') ?? []
  expect(connections.map(({ reason }) => reason)).toEqual(closedIn(download.events))
  expect(connections.map(({ address }) => address)).not.toContain(`127.0.0.1:${port}`)
  expect(down?.events.at(-1)).toMatchObject({ event: 'replayed', connections: connections.length })

  expect(up?.code).toBe(0)
  const [served] = up?.events.filter(({ event }) => event === 'connection') ?? []
  expect(served).toMatchObject({ direction: 'in' })
  expect(served?.events).toBeGreaterThan(20)
}, 30_000)
