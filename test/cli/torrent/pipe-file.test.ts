import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createTorrent } from '../../../actors/torrent.ts'
import type { StandardStream } from '../../../cli/output/standard-stream.ts'
import { run } from '../../../cli/run.ts'
import { openFileStore } from '../../../storage/open-file-store.ts'
import { failingStore } from '../../../testing/stores.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { multiFileTorrent } from '../../storage/support.ts'
import { realDisk } from '../../swarm/real-disk.ts'
import { createSwarm } from '../../swarm/swarm.ts'
import { fakeIo } from '../fake-io.ts'
import { sampleTorrentFile, temporaryFolder } from '../sample-file.ts'

const pieceLength = 32_768
const torrent = multiFileTorrent(
  [
    { path: ['a.txt'], length: 40_000 },
    { path: ['[b].mkv'], length: 2_000_000 },
    { path: ['c.txt'], length: 60_000 },
  ],
  pieceLength,
)
const contentOf = (index: number): Buffer => {
  const { length = 0, offset = 0 } = torrent.metainfo.files[index] ?? {}
  return Buffer.from(torrent.data.subarray(offset, offset + length))
}

interface Scene {
  readonly argv: readonly string[]
  /** Default: one that takes everything at once. */
  readonly stdout?: Writable
  /** Reading this piece from the disk fails. */
  readonly lost?: number
}

/** `download` beside a seeder. */
async function download({ argv, stdout, lost }: Scene) {
  const swarm = createSwarm({ torrent })
  const { clock, network } = swarm
  const disk = realDisk(swarm)
  swarm.add('10.0.0.1', { has: 'all' }).torrent.start()
  const folder = await temporaryFolder()
  const file = join(folder, 'x.torrent')
  await writeFile(file, '')
  const random = seededRandom(7)
  const world = fakeIo({
    api: {
      readMetainfo: async () => torrent.metainfo,
      openFileStore: async (...of) =>
        failingStore(disk.through(await openFileStore(...of)), (operation, index) =>
          operation === 'get' && index === lost ? new Error('gone') : null,
        ),
      createTorrent: (options) => {
        const rest = { clock, random, randomBytes: randomBytesFrom(random), transport: network.transport('127.0.0.1') }
        return createTorrent({ ...options, ...rest, peers: [{ host: '10.0.0.1', port: 6881 }] })
      },
    },
  })
  const io = { ...world.io, ...(stdout && { stdout: stdout as StandardStream }) }
  let code: number | undefined
  run(['download', file, '--out', folder, '--host', '127.0.0.1', ...argv], io).then((ended) => {
    code = ended
  })
  const ended = async () => {
    await disk.until(() => code !== undefined)
    await swarm.stop()
    return code
  }
  return { disk, ended, folder, ...world }
}

/** Takes so many chunks and then none before it is told to go on. */
function reluctant(chunks: number) {
  const taken: Buffer[] = []
  let goOn: (() => void) | undefined
  let isWilling = false
  const stdout = new Writable({
    write(chunk, _, done) {
      taken.push(chunk)
      if (isWilling || taken.length < chunks) done()
      else goOn = done
    },
  })
  return {
    stdout,
    taken,
    takeAll() {
      isWilling = true
      goOn?.()
    },
  }
}

describe('download --stdout', () => {
  test('pipes the bytes of the file alone, and tells all else on standard error', async () => {
    const { ended, folder, stderr, stdout } = await download({ argv: ['--stdout', 'album/[b].mkv'] })
    expect(await ended()).toBe(0)
    expect(Buffer.compare(stdout.bytes, contentOf(1))).toBe(0)
    expect(stderr.text).toMatch(/^done: 1.9 MiB/m)
    expect(await readdir(join(folder, 'album'))).toEqual(['[b].mkv'])
  })

  test('has --files fetched too', async () => {
    const { ended, folder, stdout } = await download({ argv: ['--stdout=0', '--files', 'c.txt'] })
    expect(await ended()).toBe(0)
    expect(Buffer.compare(stdout.bytes, contentOf(0))).toBe(0)
    expect(await readdir(join(folder, 'album'))).toEqual(['a.txt', 'c.txt'])
  })

  test('waits for its reader, with little in memory, when all is there', async () => {
    const { stdout, taken, takeAll } = reluctant(2)
    const { disk, ended, stderr } = await download({ argv: ['--stdout', '1'], stdout })
    await disk.until(() => stderr.text.includes('done: '))
    expect(taken).toHaveLength(2)
    expect(stdout.writableLength).toBeLessThanOrEqual(256 * 1024)
    takeAll()
    expect(await ended()).toBe(0)
    expect(Buffer.compare(Buffer.concat(taken), contentOf(1))).toBe(0)
  })

  test('ends quietly with 141 when its reader has closed the pipe', async () => {
    const stdout = new Writable({
      write: (_chunk, _, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    })
    const { ended, stderr } = await download({ argv: ['--stdout', '1'], stdout })
    expect(await ended()).toBe(141)
    expect(stderr.text).not.toMatch(/EPIPE|peerchart:/)
  })

  test('fails where the file cannot be read, after the bytes before that', async () => {
    const { ended, stderr, stdout } = await download({ argv: ['--stdout', '1'], lost: 40 })
    expect(await ended()).toBe(1)
    expect(stderr.text).toContain('cannot read piece 40')
    const before = contentOf(1).subarray(0, 40 * pieceLength - 40_000)
    expect(Buffer.compare(stdout.bytes, before)).toBe(0)
  })

  test.each([
    ['*.txt', '*.txt names 2 files, not one'],
    ['*.avi', 'no file of the torrent is named by *.avi'],
  ])('refuses %s, of what is not one file, before anything is made', async (name, message) => {
    const { ended, folder, stderr, stdout } = await download({ argv: ['--stdout', name] })
    expect(await ended()).toBe(1)
    expect(stderr.text).toContain(message)
    expect(stdout.text).toBe('')
    expect(await readdir(folder)).toEqual(['x.torrent'])
  })

  test('of a magnet link pipes the file that it names when the metadata has come', async () => {
    const { io, created, stdout, torrent: fake } = fakeIo()
    const link = `magnet:?xt=urn:btih:${'a'.repeat(40)}&so=1`
    const code = run(['download', link, '--stdout', 'b'], io)
    await fake.started
    const file = (path: string, index: number) => ({
      ...{ index, path, length: 1, progress: 0, priority: 'normal' as const },
      stream: () => Readable.from([Buffer.from(path)]),
      blob: () => Promise.reject(new Error('nobody asks for it')),
    })
    fake.files = [file('x/a', 0), file('x/b', 1)]
    const { files } = created[0] ?? {}
    expect(fake.files.map((one) => typeof files === 'function' && files(one))).toEqual(['skip', 'normal'])
    fake.emit({ type: 'metadata', name: 'x', pieces: 1, bytes: 2 })
    fake.emit({ type: 'verified', pieces: 1, total: 1 })
    expect(await code).toBe(0)
    expect(stdout.text).toBe('x/b')
  })
})

describe('download refuses --stdout', () => {
  test.each([
    [2, 'together with --json', ['--json'], /--stdout <file>.*--json/],
    [2, 'together with --list', ['--list'], /--stdout <file>.*--list/],
    [2, 'of several torrents', [''], /of one torrent, not of 2/],
  ])('with %i %s', async (exitCode, _, more, message) => {
    const sample = await sampleTorrentFile()
    const { created, io, stderr } = fakeIo()
    const argv = more.map((word) => word || sample)
    expect(await run(['download', sample, '--stdout', '0', ...argv], io)).toBe(exitCode)
    expect(stderr.text).toMatch(message)
    expect(created).toEqual([])
  })

  test('to a terminal', async () => {
    const { io, stderr, stdout } = fakeIo({ isTTY: true })
    expect(await run(['download', await sampleTorrentFile(), '--stdout', '0'], io)).toBe(1)
    expect(stderr.text).toBe('peerchart: what --stdout pipes is not for a terminal: send it to a pipe or a file\n')
    expect(stdout.text).toBe('')
  })
})
