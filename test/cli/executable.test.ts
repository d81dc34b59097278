import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, open as openFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bencode from 'bencode'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSampleTorrent } from '../../cli/demo/sample-torrent.ts'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { firstOf, inFull, longDescribe, longTest } from '../in-full.ts'
import { sampleTorrentFile, temporaryFolder } from './sample-file.ts'

/** The executable as `npm test` has built it. */
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname

/** Where it keeps resume data: not among the files that the tests look at. */
const stateFolder = mkdtempSync(join(tmpdir(), 'peerchart-state-'))
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }))

/** What a program left behind. */
interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

/** Runs the executable in `folder`, which is its place for temporary files too, until it ends. */
function peerchart(folder: string, args: readonly string[]): Promise<Finished> {
  const start = performance.now()
  const env = { PATH: '/nowhere', HOME: folder, TMPDIR: folder, XDG_STATE_HOME: stateFolder }
  const options = { cwd: folder, env, timeout: 40_000 }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr, seconds: (performance.now() - start) / 1000 })
    })
  })
}

test('a torrent file that nests 100,000 lists is one line on standard error, exit code 1', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'x.torrent'), `d4:info${'l'.repeat(100_000)}${'e'.repeat(100_000)}e`)
  const run = await peerchart(folder, ['download', 'x.torrent', '--out', 'out'])
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expectOneLine(run.stderr)
  expect(run.stderr).toContain('x.torrent')
  expect(await readdir(folder)).toEqual(['x.torrent'])
})

longTest('a torrent that names files outside the folder has them inside, and says so', async () => {
  const folder = await temporaryFolder()
  const files = [
    { length: 10_000, path: ['..', '..', 'escaped.bin'] },
    { length: 0, path: ['/etc/escaped'] },
  ]
  const info = { name: '../../up', 'piece length': 16_384, pieces: new Uint8Array(20), files }
  await writeFile(join(folder, 'x.torrent'), bencode.encode({ info }))
  const run = await peerchart(folder, [
    'download',
    'x.torrent',
    '--out',
    'a/b/c',
    '--host',
    '127.0.0.1',
    '--timeout',
    '1',
  ])
  expect(run.code).toBe(1)
  expect(run.stderr).toContain('"../../up/../../escaped.bin" as "....up/escaped.bin"')
  expect((await readdir(folder, { recursive: true })).sort()).toEqual([
    ...['a', 'a/b', 'a/b/c', 'a/b/c/....up', 'a/b/c/....up/etcescaped', 'x.torrent'],
  ])
})

/**
 * Command lines that cannot be obeyed: exit code and what the one line must name. `T` is a torrent that is in order. Many more are in
 * run.test.ts, without a process for each.
 */
const mistakes: readonly (readonly [code: number, names: string, line: string])[] = [
  [1, 'a-file', 'download T --out a-file'],
  [1, 'new.torrent', 'create a-file --out missing/new.torrent'],
  [2, '--frobnicate', 'download T --frobnicate'],
]

describe('peerchart', () => {
  test.each(firstOf(1, mistakes))('ends with %i and one line that names %s: %s', async (code, names, line) => {
    const sample = await sampleTorrentFile()
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'a-folder'))
    await writeFile(join(folder, 'a-file'), 'kept')
    const run = await peerchart(
      folder,
      line.split(' ').map((word) => (word === 'T' ? sample : word)),
    )
    expect(run).toMatchObject({ code, stdout: '' })
    expectOneLine(run.stderr)
    expect(run.stderr).toContain(names)
    expect(await readdir(folder)).toEqual(['a-file', 'a-folder'])
    expect(await readFile(join(folder, 'a-file'), 'utf8')).toBe('kept')
  })

  // What follows is asked without a process in run.test.ts, and in seed.test.ts and download.test.ts.
  if (!inFull) return

  test('ends with 1 and one line when there is nothing to seed', async () => {
    const run = await peerchart(await temporaryFolder(), [
      'seed',
      await sampleTorrentFile(),
      '--host',
      '127.0.0.1',
      '--listen',
      '0',
    ])
    expect(run.code).toBe(1)
    expectOneLine(run.stderr)
    expect(run.stderr).toContain('nothing to seed')
  })

  test('ends with 1 and one line that names the port when the port is in use', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void squatter.close())
    await new Promise((resolve) => squatter.once('listening', resolve))
    const { port } = squatter.address() as AddressInfo
    const args = [
      'download',
      await sampleTorrentFile(),
      '--listen',
      String(port),
      '--host',
      '127.0.0.1',
      '--out',
      'out',
    ]
    const run = await peerchart(await temporaryFolder(), args)
    expect(run).toMatchObject({ code: 1 })
    expectOneLine(run.stderr)
    expect(run.stderr).toContain(String(port))
  })

  test('reports a mistake as an event too with --json', async () => {
    const run = await peerchart(await temporaryFolder(), ['download', 'missing.torrent', '--json'])
    expect(run.code).toBe(1)
    expectOneLine(run.stderr)
    expect(JSON.parse(run.stdout)).toMatchObject({
      event: 'error',
      message: run.stderr.trim().replace(/^peerchart: /, ''),
    })
  })
})

longTest('a file whose name is an info hash is that file, and a folder is none', async () => {
  const folder = await temporaryFolder()
  const [hex, base32] = ['ab'.repeat(20), 'ab'.repeat(16)]
  await writeFile(join(folder, hex), 'junk')
  await mkdir(join(folder, base32))
  const lines = [
    [`download ${hex}`, `${hex} is not a usable torrent`],
    [`seed ${base32}`, 'a magnet link does not say what the data is'],
    [`seed ${hex}`, `${hex} is not a usable torrent`],
  ] as const
  await Promise.all(
    lines.map(async ([line, message]) => {
      expect((await peerchart(folder, line.split(' '))).stderr).toContain(message)
    }),
  )
})

longTest(
  'resume data that is junk is told once on standard error, and what is on disk is hashed: exit code 0',
  async () => {
    const folder = await temporaryFolder()
    const { file, pieces } = createSampleTorrent('a.bin', 100_000, 16_384)
    await writeFile(join(folder, 'a.bin'), Buffer.concat(pieces))
    await writeFile(join(folder, 'a.torrent'), file)
    const infoHash = Buffer.from(parseMetainfo(file).infoHash).toString('hex')
    const args = ['download', 'a.torrent', '--out', '.', '--host', '127.0.0.1', '--listen', '0', '--json']
    expect(await peerchart(folder, args)).toMatchObject({ code: 0, stderr: '' })
    const kept = join(stateFolder, 'peerchart')
    for (const file of await readdir(kept)) if (file.startsWith(infoHash)) await writeFile(join(kept, file), 'junk')
    const { code, stdout } = await peerchart(folder, args)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(events.map(({ event }) => event)).toEqual(['warning', 'verified', 'progress', 'done'])
    expect(events[0].message).toBe('the resume data cannot be used: it is damaged or incomplete')
  },
)

/** What follows from each is asked without a process in process/exit.test.ts. */
const signals = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const

test.each(firstOf(1, signals))(
  '%s ends a download in good order, its resume data saved: exit code %i',
  async (signal, exitCode) => {
    const folder = await temporaryFolder()
    const env = { PATH: '/nowhere', HOME: folder, TMPDIR: folder, XDG_STATE_HOME: folder }
    const args = [
      main,
      'download',
      await sampleTorrentFile(),
      '--out',
      'out',
      '--host',
      '127.0.0.1',
      '--listen',
      '0',
      '--json',
    ]
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    for await (const chunk of child.stdout) {
      const isListening = printed.includes('"listening"')
      printed += chunk
      if (!isListening && printed.includes('"listening"')) child.kill(signal)
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: exitCode, signal: null })
    expect(await readdir(join(folder, 'peerchart'))).toHaveLength(1)
  },
)

longTest('SIGINT ends a program that waits for a pipe which says nothing, with exit code 130', async () => {
  const folder = await temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const child = spawn(process.execPath, [main, 'download', pipe], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  // It can be opened, unless one waits, as soon as the program reads it.
  const open = () => openFile(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined)
  let writer = await open()
  while (!writer) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    writer = await open()
  }
  child.kill('SIGINT')
  await once(child, 'exit')
  await writer.close()
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 130, signal: null })
})

longDescribe('peerchart demo --json', () => {
  test('ends by itself with 0 in under 30 s, prints JSON objects alone and writes no file', async () => {
    const folder = await temporaryFolder()
    const run = await peerchart(folder, ['demo', '--json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.seconds).toBeLessThan(30)
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.filter(({ event, time }) => typeof event !== 'string' || typeof time !== 'number')).toEqual([])
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['listening', 'verified', 'peer', 'progress', 'corrupt', 'banned', 'done', 'summary']),
    )
    expect(await readdir(folder)).toEqual([])
  }, 45_000)
})

/** One line for people: no control character, no stack trace. */
function expectOneLine(stderr: string): void {
  expect(stderr).toMatch(/^peerchart: \P{Cc}+\n$/u)
  expect(stderr).not.toMatch(/node:|\.[jt]s:\d/)
}
