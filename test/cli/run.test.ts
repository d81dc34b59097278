import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import bencode from 'bencode'
import { describe, expect, test } from 'vitest'
import { exitCodes, signalExitCodes } from '../../cli/process/exit.ts'
import { run } from '../../cli/run.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { fakeIo } from './fake-io.ts'
import { sampleTorrentFile, temporaryFolder } from './sample-file.ts'

/** For people: no control character. */
const oneLine = /^peerchart: \P{Cc}+\n$/u

const info = { name: 'a.bin', 'piece length': 16_384, pieces: new Uint8Array(20), length: 10_000 }
const torrent = (changes: object): Uint8Array => bencode.encode({ info: { ...info, ...changes } })

/** Files that are no torrents, by what is wrong with them. */
const spoiled: Readonly<Record<string, Uint8Array>> = {
  'says hello': new TextEncoder().encode('hello'),
  'is empty': new Uint8Array(),
  'is cut off': torrent({}).subarray(0, -12),
  'is junk': new Uint8Array(5_000).fill(0xe2),
  'nests 100,000 lists': new TextEncoder().encode(`d4:info${'l'.repeat(100_000)}${'e'.repeat(100_000)}e`),
  'contradicts itself: two hashes for one piece': torrent({ pieces: new Uint8Array(40) }),
  'is longer than its pieces': torrent({ length: 10_000_000 }),
  'has a negative length': torrent({ length: -1 }),
}

describe('wrong usage is exit 2 and one line that names what is wrong', () => {
  test.each([
    ['no command', [], /command is missing/],
    ['an unknown command', ['downlaod'], /unknown command 'downlaod'/],
    ['an unknown option', ['download', 'x.torrent', '--fast'], /unknown option '--fast'/],
    ['a missing argument', ['seed'], /missing required argument 'torrent'/],
    ['one argument too many', ['info', 'a', 'b'], /too many arguments/],
    ['an option without its value', ['download', 'x', '--out'], /--out/],
    ['a port that is no number', ['download', 'x', '--listen', 'http'], /--listen.*'http'/],
    ['a port out of range', ['seed', 'x', '--listen', '65536'], /--listen.*'65536'/],
    ['a negative port', ['seed', 'x', '--listen=-1'], /--listen.*'-1'/],
    ['a peer without port', ['download', 'x', '--peer', 'localhost'], /--peer.*'localhost'/],
    ['a peer with port 0', ['download', 'x', '--peer', '127.0.0.1:0'], /--peer.*'127.0.0.1:0'/],
    ['IPv6 without brackets', ['download', 'x', '--peer', '::1:6881'], /--peer.*'::1:6881'/],
    ['brackets around no IPv6', ['download', 'x', '--peer', '[1.2.3.4]:1'], /--peer/],
    [
      'no encryption policy',
      ['download', 'x', '--encryption', 'yes'],
      /--encryption.*'yes'.*none, preferred, required/,
    ],
    ['no transport', ['download', 'x', '--transport', 'sctp'], /--transport.*'sctp'/],
    [
      'no peers of a host',
      ['seed', 'x', '--data', '.', '--max-incoming-per-host', '0'],
      /--max-incoming-per-host.*'0'/,
    ],
    ['no peers at all', ['download', 'x', '--max-peers', '0'], /--max-peers.*'0'/],
    ['a timeout of no time', ['download', 'x', '--timeout', '0'], /--timeout.*'0'/],
    ['a limit that is no size', ['download', 'x', '--upload-limit', '2 MB'], /--upload-limit.*'2 MB'/],
    ['a limit of nothing', ['download', 'x', '--download-limit', '0'], /--download-limit.*'0'.*above 0/],
    ['a limit below nothing', ['seed', 'x', '--upload-limit=-1'], /--upload-limit.*'-1'.*above 0/],
    ['an address to bind that is none', ['seed', 'x', '--host', 'a b'], /--host.*'a b'/],
    ['super-seeding a download', ['download', 'x', '--super-seed'], /--super-seed/],
    ['a web seed that is no URL', ['create', 'x', '--web-seed', 'udp://a:1'], /--web-seed.*'udp:\/\/a:1'/],
    ['an odd piece length', ['create', 'x', '--out', 'y', '--piece-length', '20000'], /--piece-length.*'20000'/],
    ['a tracker that is no URL', ['create', 'x', '--out', 'y', '--announce', 'tracker'], /--announce.*'tracker'/],
    ['a page for a torrent', ['download', 'http://x/y.torrent'], /http:\/\/x\/y.torrent is not fetched: save/],
    ['a page to seed', ['seed', ' HTTPS://x/y.torrent'], /is not fetched/],
    ['nothing', ['download', ' '], /no torrent is named: give a .torrent file, a magnet link or an info hash/],
    ['nothing to seed', ['seed', ''], /no torrent is named/],
    ['a file of another machine', ['download', 'file://elsewhere/y.torrent'], /names no file on this machine/],
    ['no picture format', ['diagram', 'peer', '--format', 'png'], /--format.*'png'/],
  ])('%s', async (_, argv, message) => {
    const { io, stdout, stderr } = fakeIo()
    expect(await run(argv, io)).toBe(2)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toMatch(message)
    expect(stdout.text).toBe('')
  })
})

describe('a failure is exit 1 and one line that names what failed', () => {
  test('a torrent file that is missing', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['download', '/nowhere/x.torrent'], io)).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot read /nowhere/x.torrent: no such file or folder\n')
  })

  test.each([
    ['a mistyped magnet link', 'magent?xt=urn:btih:00', '; a magnet link starts with magnet:?xt=urn:btih:'],
    ['an info hash that lacks a digit', 'a'.repeat(39), '; an info hash has 40 hex digits or 32 of base32, not 39'],
  ])('%s, which is no file either', async (_, text, hint) => {
    const { io, stderr } = fakeIo()
    expect(await run(['download', text], io)).toBe(1)
    expect(stderr.text).toBe(`peerchart: cannot read ${text}: no such file or folder${hint}\n`)
  })

  test('a file: URL of no torrent, by its path', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'with space.torrent')
    await writeFile(file, 'hello')
    const { io, stderr } = fakeIo()
    expect(await run(['download', pathToFileURL(file).href], io)).toBe(1)
    expect(stderr.text).toContain(`${file} is not a usable torrent`)
  })

  test('a folder for a torrent file', async () => {
    const folder = await temporaryFolder()
    const { io, stderr } = fakeIo()
    expect(await run(['seed', folder], io)).toBe(1)
    expect(stderr.text).toBe(`peerchart: cannot read ${folder}: it is a folder\n`)
  })

  test.each(Object.entries(spoiled))('a torrent file that %s', async (_, bytes) => {
    const folder = await temporaryFolder()
    const file = join(folder, 'x.torrent')
    await writeFile(file, bytes)
    const { io, stdout, stderr } = fakeIo({ api: { openFileStore } })
    expect(await run(['download', file, '--out', join(folder, 'out')], io)).toBe(1)
    expect(stdout.text).toBe('')
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toContain(`${file} is not a usable torrent`)
    expect(stderr.text.split(file).join('')).not.toMatch(/node:|\.[jt]s:\d/)
    expect(await readdir(folder)).toEqual(['x.torrent'])
  })

  test.each([
    ['--out', 'download'],
    ['--data', 'seed'],
  ])('%s that is a file', async (option, command) => {
    const file = await sampleTorrentFile()
    const { io, stderr } = fakeIo({ api: { openFileStore } })
    expect(await run([command, file, option, file], io)).toBe(1)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toContain(file)
  })

  test('a folder to seed from that is missing', async () => {
    const { io, stderr } = fakeIo({ api: { openFileStore } })
    expect(await run(['seed', await sampleTorrentFile(), '--data', '/nowhere'], io)).toBe(1)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toContain('/nowhere')
  })

  test('nothing to make a torrent of', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['create', '/nowhere/data', '--out', '/nowhere/x.torrent'], io)).toBe(1)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toContain('/nowhere/data')
  })

  test.each([
    ['download', 'magnet:?xt=urn:btih:00', 'this magnet link cannot be used: its info hash "00" is neither 40 hex'],
    ['download', `magnet:?xt=urn:btmh:1220${'ab'.repeat(32)}`, 'version 2'],
    ['download', 'magnet:junk', 'starts with magnet:?'],
    ['seed', `magnet:?xt=urn:btih:${'ab'.repeat(20)}`, 'seed needs a .torrent file'],
    ['seed', 'ab'.repeat(20), 'seed needs a .torrent file'],
  ])('%s %s', async (command, uri, message) => {
    const { io, stderr } = fakeIo()
    expect(await run([command, uri], io)).toBe(1)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).toContain(message)
  })

  test('an unknown machine', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['diagram', 'toString'], io)).toBe(1)
    expect(stderr.text).toBe('peerchart: there is no machine toString, only peer, torrent\n')
  })

  test('whatever a stranger put into a message stays on one line', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['download', 'a\n\u001b[2Jb'], io)).toBe(1)
    expect(stderr.text).toMatch(oneLine)
    expect(stderr.text).not.toContain('\u001b')
  })
})

describe('with --json', () => {
  test.each([
    ['wrong usage', ['seed', '--json'], 2],
    ['a failure', ['download', '/nowhere/x', '--json'], 1],
  ])('%s is an error event as well as a line', async (_, argv, code) => {
    const { io, stderr, events } = fakeIo()
    expect(await run(argv, io)).toBe(code)
    const message = stderr.text.replace(/^peerchart: (.*)\n$/, '$1')
    expect(events()).toEqual([{ event: 'error', time: 0, message }])
  })
})

describe('what standard output does not take is lost, and that is told:', () => {
  /** A standard output that takes nothing. */
  const full = (code: string) =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code, syscall: 'write' })),
    })
  const commands = [
    'info T',
    'info T --json',
    'download T --list',
    'create T --out -',
    'diagram peer',
    'completion bash',
    '--help',
  ]
  const named = async (line: string) => {
    const file = await sampleTorrentFile()
    return line.split(' ').map((word) => (word === 'T' ? file : word))
  }

  test.each(commands)('%s on a full disk is exit 1 and one line', async (line) => {
    const { io, stderr } = fakeIo()
    expect(await run(await named(line), { ...io, stdout: full('ENOSPC') })).toBe(1)
    expect(stderr.text).toBe('peerchart: the disk is full\n')
  })

  test.each(commands)('%s into a closed pipe is quiet, exit 141', async (line) => {
    const { io, stderr } = fakeIo()
    expect(await run(await named(line), { ...io, stdout: full('EPIPE') })).toBe(141)
    expect(stderr.text).toBe('')
  })

  test('a command that has failed says why, not what was lost besides', async () => {
    const { io, stderr } = fakeIo()
    expect(await run(['info', '/nowhere/x', '--json'], { ...io, stdout: full('ENOSPC') })).toBe(1)
    expect(stderr.text).toBe('peerchart: cannot read /nowhere/x: no such file or folder\n')
  })

  test.each([
    ['SIGINT', 130, 'EPIPE'],
    ['SIGTERM', 143, 'EPIPE'],
    ['SIGHUP', 129, 'ENOSPC'],
  ] as const)('%s that came before is exit %i all the same, whatever is lost then (%s)', async (signal, code, lost) => {
    const { io, interrupt, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
    const ended = run(['create', 'x', '--out', '/nowhere/x.torrent'], io)
    interrupt(signal)
    io.stdout.emit('error', Object.assign(new Error(lost), { code: lost, syscall: 'write' }))
    expect(await ended).toBe(code)
    expect(stderr.text).toBe('')
  })

  test('a signal ends the wait for a reader that hangs', async () => {
    const { io, interrupt } = fakeIo()
    const stdout = new Writable({ write: () => void setImmediate(interrupt) })
    expect(await run(['--help'], { ...io, stdout })).toBe(130)
  })
})

describe('help and version', () => {
  test.each([
    [['--help'], /demo.*download.*seed.*create.*diagram/s],
    [['help', 'download'], /--out.*--peer.*--json/s],
    [['seed', '--help'], /--data.*--super-seed/s],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('%j is exit 0, on standard output', async (argv, text) => {
    const { io, stdout, stderr } = fakeIo()
    expect(await run(argv, io)).toBe(0)
    expect(stdout.text).toMatch(text)
    expect(stderr.text).toBe('')
  })
})

describe('--help', () => {
  const helpOf = async (...command: readonly string[]) => {
    const { io, stdout } = fakeIo()
    expect(await run([...command, '--help'], io)).toBe(0)
    return stdout.text
  }

  const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '\\')
  const helpOn = async (columns: number, name: readonly string[]) => {
    const { io, stdout } = fakeIo({ isTTY: true })
    Object.assign(stdout, { columns })
    expect(await run([...name, '--help'], io)).toBe(0)
    return stdout.text
  }

  test.each([40, 60, 80, 200])('breaks no line within a word on a terminal of %i columns', async (columns) => {
    for (const name of [[], ['download'], ['seed'], ['create'], ['conformance'], ['completion']]) {
      const text = await helpOn(columns, name)
      expect(wordsOf(text)).toEqual(wordsOf(await helpOn(1_000, name)))
      const [options = ''] = /\nOptions:.*?(?=\n(Commands|Example):)/s.exec(text) ?? []
      expect(options).toContain('--help')
      const tooLongOf = (lines: string) => lines.split('\n').filter((line) => line.length > columns)
      expect(tooLongOf(options)).toEqual([])
      // Elsewhere a word that is longer than the room behind the indent of an example stands alone.
      for (const line of tooLongOf(text)) expect(line).toMatch(new RegExp(`^ {6}\\S{${columns - 5},}( \\\\)?$`))
    }
  })

  test('of a command has an example that can be typed as it stands, on a narrow terminal too', async () => {
    const { io, stdout } = fakeIo({ isTTY: true })
    Object.assign(stdout, { columns: 40 })
    expect(await run(['seed', '--help'], io)).toBe(0)
    expect(stdout.text).toMatch(/ {2}peerchart seed holiday\.torrent \\\n {6}--data ~\/Pictures\n/)
  })

  test('an error is broken between words on a terminal, and nowhere else', async () => {
    for (const isTTY of [true, false]) {
      const { io, stderr } = fakeIo({ isTTY })
      Object.assign(stderr, { columns: 40, isTTY })
      await run(['verify', 'a-file-that-is-not-there-at-all.torrent'], io)
      const lines = stderr.text.trimEnd().split('\n')
      expect(lines.length > 1).toBe(isTTY)
      expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain('a-file-that-is-not-there-at-all.torrent')
    }
  })

  test('of the program has the exit codes', async () => {
    const text = await helpOf()
    for (const code of [...Object.values(exitCodes), ...Object.values(signalExitCodes)])
      expect(text).toMatch(new RegExp(`^  ${code} +\\S`, 'm'))
  })

  test.each([
    ...['demo', 'download', 'seed', 'create', 'info', 'verify', 'replay', 'diagram', 'completion', 'conformance'],
    ...['resume list', 'resume clear'],
  ])('of %s has its own options alone and an example', async (name) => {
    const text = await helpOf(...name.split(' '))
    expect(text).toMatch(new RegExp(`Example:\\n  peerchart ${name}`))
    expect(text.includes('--super-seed')).toBe(name === 'seed')
    expect(text).not.toContain('[]')
    expect(text).not.toMatch(name === 'download' ? /--data/ : /--seed\b/)
  })
})

describe('diagram', () => {
  test('without a name lists the machines', async () => {
    const { io, stdout } = fakeIo()
    expect(await run(['diagram'], io)).toBe(0)
    expect(stdout.text).toBe('peer\ntorrent\n')
  })

  test.each([
    [['diagram', 'peer'], 'peer as mermaid\n'],
    [['diagram', 'torrent', '--format', 'svg'], 'torrent as svg\n'],
    [['diagram', 'peer', '--format', 'json'], 'peer as json\n'],
  ])('%j prints one', async (argv, text) => {
    const { io, stdout } = fakeIo()
    expect(await run(argv, io)).toBe(0)
    expect(stdout.text).toBe(text)
  })
})
