import { execFileSync } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { outOf } from '../../../cli/commands/create.ts'
import { createApart } from '../../../cli/process/create-apart.ts'
import { run } from '../../../cli/run.ts'
import { createMetainfo } from '../../../storage/create.ts'
import { parseMagnet } from '../../../storage/magnet.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

test('create writes the torrent it was asked for and reports it', async () => {
  const folder = await temporaryFolder()
  const out = join(folder, 'data.torrent')
  await writeFile(join(folder, 'data.bin'), new Uint8Array(100_000).fill(7))
  const { io, events, stderr } = fakeIo()
  const options =
    '--piece-length 32K --private --comment hello --announce udp://a.example:80 --announce http://b.example/announce'
  const code = await run(['create', join(folder, 'data.bin'), '--out', out, '--json', ...options.split(' ')], io)
  expect(stderr.text).toBe('')
  expect(code).toBe(0)
  const metainfo = parseMetainfo(await readFile(out))
  expect(metainfo).toMatchObject({ name: 'data.bin', pieceLength: 32768, private: true, comment: 'hello' })
  expect(metainfo.announce.flat()).toEqual(['udp://a.example:80', 'http://b.example/announce'])
  expect(events()).toEqual([
    {
      event: 'created',
      time: 0,
      path: out,
      infoHash: Buffer.from(metainfo.infoHash).toString('hex'),
      pieces: 4,
      pieceLength: 32768,
      bytes: 100_000,
    },
  ])
})

/** A folder with data of 100,000 bytes, in which `create` is run. */
async function inFolder(...argv: readonly string[]) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'data.bin'), new Uint8Array(100_000).fill(7))
  const world = fakeIo()
  const line = argv.map((word) => word.replace('HERE', folder))
  return { folder, ...world, code: await run(['create', join(folder, 'data.bin'), ...line], world.io) }
}

test('create prints the magnet link, with trackers, each a tier of its own, and web seeds', async () => {
  const urls =
    '--announce http://a.example/announce?k=1&x --announce udp://b.example:80 --web-seed https://c.example/d/'
  const { folder, code, stdout } = await inFolder('--out', 'HERE/x.torrent', ...urls.split(' '))
  expect(code).toBe(0)
  const metainfo = parseMetainfo(await readFile(join(folder, 'x.torrent')))
  expect(metainfo).toMatchObject({
    announce: [['http://a.example/announce?k=1&x'], ['udp://b.example:80']],
    webSeeds: ['https://c.example/d/'],
  })
  const link = stdout.text.trimEnd().split('\n').at(-1) ?? ''
  expect(link).toBe(
    `magnet:?xt=urn:btih:${Buffer.from(metainfo.infoHash).toString('hex')}&dn=data.bin` +
      '&tr=http%3A%2F%2Fa.example%2Fannounce%3Fk%3D1%26x&tr=udp%3A%2F%2Fb.example%3A80&ws=https%3A%2F%2Fc.example%2Fd%2F',
  )
  expect(parseMagnet(link).infoHash).toEqual(metainfo.infoHash)
})

test('create names its output after the data, in the folder one is in', () => {
  expect(outOf('/home/me/album/')).toBe('album.torrent')
  expect(outOf('film.mkv')).toBe('film.mkv.torrent')
  expect(outOf('.')).toBe(`${basename(process.cwd())}.torrent`)
})

test('create keeps a file that is there, and hashes nothing for it, unless it is forced', async () => {
  const kept = await temporaryFolder()
  await writeFile(join(kept, 'x.torrent'), 'kept')
  const { io, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
  expect(await run(['create', await temporaryFolder(), '--out', join(kept, 'x.torrent')], io)).toBe(1)
  expect(stderr.text).toMatch(/^peerchart: cannot write \S+x\.torrent: it exists already, --force writes over it\n$/)
  expect(await readFile(join(kept, 'x.torrent'), 'utf8')).toBe('kept')
  const forced = await inFolder('--out', join(kept, 'x.torrent'), '--force')
  expect(forced.code).toBe(0)
  expect(parseMetainfo(await readFile(join(kept, 'x.torrent'))).name).toBe('data.bin')
})

test('an old .torrent that lies in the data is kept, also by --force: it would be a part of the new one, and then another', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'data.bin'), 'data')
  const out = join(folder, 'data.torrent')
  expect(await run(['create', folder, '--out', out], fakeIo().io)).toBe(0)
  const kept = await readFile(out)
  const beside = await temporaryFolder()
  await symlink(folder, join(beside, 'link'))
  for (const path of [folder, join(beside, 'link')]) {
    for (const force of [[], ['--force']]) {
      const { io, stderr } = fakeIo()
      expect(await run(['create', path, '--out', out, ...force], io)).toBe(1)
      expect(stderr.text).toMatch(/: it lies in the data, and would be a part of it: remove it first, or name a place /)
      expect(await readFile(out)).toEqual(kept)
    }
  }
  // Beside the data it is not.
  const elsewhere = join(beside, 'data.torrent')
  await writeFile(elsewhere, 'old')
  expect(await run(['create', folder, '--out', elsewhere, '--force'], fakeIo().io)).toBe(0)
})

test.each(['.t.torrent', '.hidden/t.torrent'])(
  '%s in the data is no part of it, and is written over by --force',
  async (name) => {
    const folder = join(await temporaryFolder(), '.data')
    await mkdir(join(folder, '.hidden'), { recursive: true })
    await writeFile(join(folder, 'data.bin'), 'data')
    const out = join(folder, name)
    await writeFile(out, 'old')
    const { io, stderr } = fakeIo()
    expect(await run(['create', folder, '--out', out], io)).toBe(1)
    expect(stderr.text).toContain('it exists already, --force writes over it')
    expect(await run(['create', folder, '--out', out, '--force'], fakeIo().io)).toBe(0)
    expect(parseMetainfo(await readFile(out)).files.map(({ path }) => path.join('/'))).toEqual(['.data/data.bin'])
  },
)

test('create never writes over the data', async () => {
  const folder = await temporaryFolder()
  const out = join(folder, 'data.bin')
  await writeFile(out, 'data')
  const { io, stderr } = fakeIo()
  expect(await run(['create', out, '--out', out, '--force'], io)).toBe(1)
  expect(stderr.text).toBe(`peerchart: cannot write ${out}: it is the data\n`)
  expect(await readFile(out, 'utf8')).toBe('data')
})

test('a file that comes to be while create hashes is kept', async () => {
  const folder = await temporaryFolder()
  const out = join(folder, 'x.torrent')
  const createMetainfo = async () => {
    await writeFile(out, 'kept')
    return new Uint8Array()
  }
  const { io, stderr } = fakeIo({ api: { createMetainfo } })
  expect(await run(['create', folder, '--out', out], io)).toBe(1)
  expect(stderr.text).toContain('it exists already')
  expect(await readFile(out, 'utf8')).toBe('kept')
})

test('create --out - writes the torrent and nothing else to standard output, but not to a terminal', async () => {
  const { code, stdout, stderr } = await inFolder('--out', '-', '--source', 'X')
  expect([code, stderr.text]).toEqual([0, ''])
  const metainfo = parseMetainfo(stdout.bytes)
  expect(metainfo.length).toBe(100_000)
  expect(Buffer.from(metainfo.infoBytes).toString('latin1')).toContain('6:source1:X')
  const terminal = fakeIo({ isTTY: true })
  expect(await run(['create', 'x', '--out', '-'], terminal.io)).toBe(1)
  expect(terminal.stderr.text).toContain('not for a terminal')
  const json = fakeIo()
  expect(await run(['create', 'x', '--out', '-', '--json'], json.io)).toBe(2)
  expect(json.stderr.text).toContain('both want standard output')
})

test('create says once a second how far it is, of more than 100 MB alone', async () => {
  for (const [total, count] of [
    [200_000_000, 2],
    [99_000_000, 0],
  ] as const) {
    const world = fakeIo({
      api: {
        createMetainfo: async (_, options) => {
          for (const hashed of [0.1, 0.2, 0.3, 0.4, 0.5]) {
            world.clock.advance(500)
            options?.onProgress?.(hashed * total, total)
          }
          throw new Error('enough')
        },
      },
    })
    expect(await run(['create', 'x', '--out', '/nowhere/x', '--json'], world.io)).toBe(1)
    const hashed = world.events().slice(0, -1)
    expect(hashed).toEqual(
      [0.2, 0.4]
        .slice(0, count)
        .map((share, i) => ({ event: 'hashed', time: 1000 * (i + 1), bytes: share * total, total })),
    )
  }
})

test('a thread of its own makes the same torrent, says how far it is, and what is wrong', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'data.bin'), new Uint8Array(100_000).fill(7))
  const make = createApart(new URL('../../../dist/cli/process/create-worker.js', import.meta.url))
  const told: number[] = []
  const onProgress = (hashed: number) => void told.push(hashed)
  const made = parseMetainfo(await make(folder, { pieceLength: 65_536, onProgress }))
  const here = parseMetainfo(await createMetainfo(folder, { pieceLength: 65_536 }))
  expect(made.infoHash).toEqual(here.infoHash)
  expect(told).toEqual([65_536, 100_000])
  await expect(make(join(folder, 'missing'))).rejects.toThrow('missing: no such file or directory')
})

test('create fails with the file it cannot write', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'data.bin'), 'data')
  const { io, stderr } = fakeIo()
  const out = join(folder, 'nowhere', 'x.torrent')
  expect(await run(['create', join(folder, 'data.bin'), '--out', out], io)).toBe(1)
  expect(stderr.text).toBe(`peerchart: cannot write ${out}: no such file or folder\n`)
})

test('create fails with one line that names what is neither a file nor a folder', async () => {
  const folder = await temporaryFolder()
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(data, 'data.bin'), 'data')
  const server = createServer().listen(join(data, 'socket'))
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { io, stderr, stdout } = fakeIo()
  expect(await run(['create', data, '--out', join(folder, 'x.torrent')], io)).toBe(1)
  expect(stderr.text).toBe(`peerchart: ${join(data, 'socket')} is neither a file nor a folder\n`)
  expect(stdout.text).toBe('')
})

test('create refuses a pipe and a device, and hashes nothing for them', async () => {
  const folder = await temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const [out, kind] of [
    [pipe, 'a pipe'],
    ['/dev/null', 'a device'],
  ] as const) {
    const { io, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
    expect(await run(['create', folder, '--out', out], io)).toBe(1)
    expect(stderr.text).toBe(`peerchart: cannot write ${out}: it is ${kind}, and a .torrent is written to a file\n`)
  }
})

test('SIGINT ends create although the hashing goes on', async () => {
  const { io, interrupt, stderr } = fakeIo({ api: { createMetainfo: () => new Promise(() => {}) } })
  const code = run(['create', 'x', '--out', '/nowhere/x.torrent'], io)
  interrupt()
  expect(await code).toBe(130)
  expect(stderr.text).toBe('')
})
