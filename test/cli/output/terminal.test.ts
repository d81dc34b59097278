import { stripVTControlCharacters } from 'node:util'
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
  note: '',
})

test('everybody has a bar, with the share and the rates', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.standings([standing('total', 2), standing('127.0.0.1:7001', 4)])
  output.close()
  const text = stripVTControlCharacters(stdout.text)
  expect(text).toMatch(/total +\S+ +50% 2\/4 ↓ *2\.0 KiB\/s ↑ *0 B\/s/)
  expect(text).toMatch(/127\.0\.0\.1:7001 +\S+ 100% 4\/4/)
})

test('a bar follows a total that is known later, as of a magnet link', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.standings([{ ...standing('total', 0), total: 0 }])
  output.standings([standing('total', 2)])
  output.close()
  expect(stripVTControlCharacters(stdout.text)).toMatch(/total +\S+ +50% 2\/4/)
})

test('who has left has no bar any more', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.standings([standing('stays'), standing('leaves')])
  output.standings([standing('stays', 2)])
  const before = stdout.text.length
  output.standings([standing('stays', 3)])
  output.close()
  expect(stdout.text.slice(before)).not.toContain('leaves')
})

test('no more bars are drawn than the terminal has lines for', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.standings(Array.from({ length: 50 }, (_, index) => standing(`peer-${index}.`)))
  output.close()
  expect(stdout.text).toContain('peer-7.')
  expect(stdout.text).not.toContain('peer-8.')
})

test('events stand above the bars, also the last one before the end', () => {
  const { io, stdout } = fakeIo({ isTTY: true })
  const output = createTerminalOutput(io)
  output.event({ event: 'verified', pieces: 0, total: 4 })
  output.standings([standing('total')])
  output.event({ event: 'banned', address: '127.0.0.1:7001', reputation: 40, reason: '3 × corrupt' })
  output.close()
  expect(stdout.text).toContain('verified 0 of 4 pieces\n')
  expect(stdout.text).toContain('banned 127.0.0.1:7001, reputation 40: 3 × corrupt\u001b[K\n')
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
    expect(stdout.text.includes('peerchart: warning: no room\u001b[K\n')).toBe(onStdout)
    expect(stderr.text.includes('peerchart: warning: no room\n')).toBe(onStderr)
  }
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
