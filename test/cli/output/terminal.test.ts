import { expect, test } from 'vitest'
import type { Standing } from '../../../cli/output/output.ts'
import { createTerminalOutput } from '../../../cli/output/terminal.ts'
import { run } from '../../../cli/run.ts'
import { fakeIo } from '../fake-io.ts'
import { peerSummary } from '../fake-torrent.ts'
import { sampleTorrentFile } from '../sample-file.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

const standing = (name: string, pieces = 1): Standing => ({
  name,
  pieces,
  total: 4,
  rateDown: 2048,
  rateUp: 0,
  torrent: { done: pieces * 16_384, length: 65_536, peers: 2 },
})
const peer = (name: string): Standing => ({ name, pieces: 1, total: 4, rateDown: 0, rateUp: 0 })

/** What a terminal of 10 rows shows at last, of which nothing has scrolled away. */
function screen(text: string): readonly string[] {
  const lines = ['']
  let row = 0
  let column = 0
  const parts = text.replaceAll('\u001b', '\0').matchAll(/(\0\[[\d;?]*[A-Za-z])|(\n)|([^\0\n]+)/g)
  for (const [, command, feed, word] of parts) {
    if (feed) {
      lines[++row] ??= ''
      column = 0
    } else if (word !== undefined) {
      lines[row] = `${(lines[row] ?? '').slice(0, column)}${word}${(lines[row] ?? '').slice(column + word.length)}`
      column += word.length
    } else if (command?.endsWith('A')) row -= Number(/\d+/.exec(command)?.[0] ?? 1)
    else if (command?.endsWith('B')) row += Number(/\d+/.exec(command)?.[0] ?? 1)
    else if (command?.endsWith('G')) column = 0
    else if (command?.endsWith('2K')) lines[row] = ''
    else if (command?.endsWith('K')) lines[row] = (lines[row] ?? '').slice(0, column)
  }
  while (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.trimEnd())
}

test('everybody has a line, a torrent with its share and the rates', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  createTerminalOutput(io).standings([standing('total', 2), peer('127.0.0.1:7001')])
  const [first, second] = screen(stdout.text)
  expect(first).toMatch(/^total +\S+ +50% +32\.0 KiB of 64\.0 KiB +↓2\.0 KiB\/s +↑0 B\/s +2 peers$/)
  expect(second).toMatch(/^ {2}127\.0\.0\.1:7001 +25% +↓0 B\/s +↑0 B\/s$/)
})

test('a line follows what stands, and a peer that has left has none any more', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.standings([{ ...standing('total', 0), total: 0 }, peer('stays'), peer('leaves')])
  output.standings([standing('total', 2), peer('stays')])
  expect(screen(stdout.text)).toEqual([expect.stringMatching(/^total .* 50%/), expect.stringMatching(/stays/)])
})

test('peers that the terminal has no line for are counted', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  createTerminalOutput(io).standings([standing('total'), ...Array.from({ length: 16 }, (_, i) => peer(`peer-${i}.`))])
  const lines = screen(stdout.text)
  expect(lines.slice(-3)).toEqual([
    expect.stringContaining('peer-4.'),
    expect.stringContaining('peer-5.'),
    'and 10 more',
  ])
  expect(lines).toHaveLength(8)
})

test('a terminal of few columns has a torrent on two lines, and its peers counted all the same', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const narrow = { stdout: Object.assign(io.stdout, { columns: 40 }), stderr: io.stderr }
  createTerminalOutput(narrow).standings([standing('total'), ...Array.from({ length: 16 }, (_, i) => peer(`p-${i}.`))])
  expect(screen(stdout.text)).toEqual([
    'total',
    '25% 16K/64K ↓2.0K ↑0 2 peers',
    ...[0, 1, 2, 3, 4].map((i) => `  p-${i}. 25% ↓0 ↑0`),
    'and 11 more',
  ])
})

test('events stand above the lines, but not those that the lines show', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.event({ event: 'verified', pieces: 0, total: 4 })
  output.standings([standing('total')])
  output.event({ event: 'banned', address: '127.0.0.1:7001', reputation: 40, reason: '3 × corrupt' })
  output.event({ event: 'peer', address: '127.0.0.1:7001', direction: 'in', transport: 'tcp', state: 'connecting' })
  expect(screen(stdout.text)).toEqual([
    'verified 0 of 4 pieces',
    'banned 127.0.0.1:7001, reputation 40: 3 × corrupt',
    expect.stringMatching(/^total/),
  ])
})

test('a warning goes to standard error, but scrolls by above the bars where that is the same terminal', () => {
  for (const [isTTY, onStdout, onStderr] of [
    [false, false, true],
    [true, true, false],
  ] as const) {
    const { io, stdout, stderr } = fakeIo({ isTTY: true })
    const output = createTerminalOutput({ stdout, stderr: Object.assign(io.stderr, { isTTY }) })
    output.event({ event: 'warning', message: 'before any bar' })
    output.standings([standing('total')])
    output.event({ event: 'warning', message: 'no room' })
    output.close()
    expect(stderr.text.includes('peerchart: warning: before any bar\n')).toBe(true)
    expect(stdout.text.includes('peerchart: warning: no room\n')).toBe(onStdout)
    expect(stderr.text.includes('peerchart: warning: no room\n')).toBe(onStderr)
  }
})

test('a long warning is broken by the columns of the terminal that it goes to, and stays whole in a file or a pipe', () => {
  const message = 'the table of the nodes cannot be kept'
  for (const [isTTY, columns, expected] of [
    [false, undefined, `peerchart: warning: ${message}\n`],
    [true, 40, 'peerchart: warning: the table of the\n  nodes cannot be kept\n'],
    [true, 200, `peerchart: warning: ${message}\n`],
  ] as const) {
    const { io, stderr } = fakeIo({ isTTY: true })
    Object.assign(io.stdout, { columns: 30 })
    Object.assign(io.stderr, { columns, isTTY })
    createTerminalOutput(io).event({ event: 'warning', message })
    expect(stderr.text).toBe(expected)
  }
})

test('a long warning above the bars is broken by the columns of their terminal', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  Object.assign(io.stdout, { columns: 30 })
  Object.assign(io.stderr, { isTTY: true })
  const output = createTerminalOutput(io)
  output.standings([standing('total')])
  output.event({ event: 'warning', message: 'there is no room for more' })
  expect(screen(stdout.text).slice(0, 2)).toEqual(['peerchart: warning: there is', '  no room for more'])
})

test('a download on a terminal ends with the table of its peers and the cursor back', async () => {
  const world = fakeIo({ isTTY: true })
  const code = run(['download', await sampleTorrentFile()], world.io)
  await world.torrent.started
  world.torrent.peers = [peerSummary()]
  world.torrent.emit({ type: 'verified', pieces: 0, total: 4 })
  world.torrent.emit({ type: 'done', downloaded: 60_000 })
  expect(await code).toBe(0)
  expect(world.stdout.text).toContain(hideCursor)
  expect(world.stdout.text.lastIndexOf(showCursor)).toBeGreaterThan(world.stdout.text.lastIndexOf(hideCursor))
  expect(world.stdout.text.trimEnd().split('\n').at(-2)).toMatch(/127\.0\.0\.1:7001 out .*qBittorrent 4\.6\.5/)
})

test('a download that is broken off leaves one line: how far it came, and that it can go on', async () => {
  const world = fakeIo({ isTTY: true })
  const code = run(['download', await sampleTorrentFile()], world.io)
  await world.torrent.started
  world.torrent.peers = [peerSummary()]
  world.torrent.progress = { ...world.torrent.progress, pieces: 3 }
  world.torrent.emit({ type: 'verified', pieces: 3, total: 4 })
  world.interrupt()
  expect(await code).toBe(130)
  expect(screen(world.stdout.text)).toEqual(['verified 3 of 4 pieces', 'stopped at 75%, run it again to go on'])
  expect(world.stdout.text.lastIndexOf(showCursor)).toBeGreaterThan(world.stdout.text.lastIndexOf(hideCursor))
})

test('a seed that is ended has its table', async () => {
  const world = fakeIo({ isTTY: true })
  const code = run(['seed', await sampleTorrentFile()], world.io)
  await world.torrent.started
  world.torrent.peers = [peerSummary()]
  world.torrent.emit({ type: 'verified', pieces: 4, total: 4 })
  world.interrupt()
  expect(await code).toBe(130)
  expect(screen(world.stdout.text)[2]).toMatch(/^│ peer /)
})
