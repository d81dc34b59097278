import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSampleTorrent } from '../../../cli/demo/sample-torrent.ts'
import { run } from '../../../cli/run.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

/** Starts a command on two torrents, and on what else is named. */
async function start(command: string, ...argv: readonly string[]) {
  const folder = await temporaryFolder()
  const files = [join(folder, 'a.torrent'), join(folder, 'b.torrent')]
  const hashes: string[] = []
  for (const [i, path] of files.entries()) {
    const { file } = createSampleTorrent(`sample ${i}.bin`, 60_000 + i, 16_384)
    hashes.push(Buffer.from(parseMetainfo(file).infoHash).toString('hex'))
    await writeFile(path, file)
  }
  const world = fakeIo()
  const code = run([command, ...files, ...argv], world.io)
  const expected = 2 + argv.filter((word) => word.startsWith('magnet:')).length
  while (world.torrents.length < expected) await new Promise((resolve) => setImmediate(resolve))
  // Files are read in no order.
  const torrents = hashes.map((hash) => {
    const at = world.created.findIndex(
      ({ metainfo }) => metainfo && Buffer.from(metainfo.infoHash).toString('hex') === hash,
    )
    const torrent = world.torrents[at]
    if (!torrent) throw new Error('there is no such torrent')
    return torrent
  })
  await Promise.all(torrents.map(({ started }) => started))
  const eventsOf = (hash: string | undefined) =>
    world
      .events()
      .filter((event) => (event as { torrent?: string }).torrent === hash)
      .map((event) => (event as { event: string }).event)
  return { ...world, code, hashes, made: world.torrents, torrents, eventsOf }
}

test('several torrents share a session, and each event says which one it is about', async () => {
  const { code, hashes, torrents, sessions, eventsOf, created } = await start('download', '--json', '--listen', '7000')
  for (const torrent of torrents) torrent.emit({ type: 'verified', pieces: 0, total: 4 })
  torrents[1]?.emit({ type: 'done', downloaded: 60_001 })
  torrents[0]?.emit({ type: 'done', downloaded: 60_000 })
  expect(await code).toBe(0)
  expect(sessions).toMatchObject([{ listen: { port: 7000 }, encryption: 'preferred' }])
  expect(created.map((options) => 'listen' in options)).toEqual([false, false])
  for (const hash of hashes) expect(eventsOf(hash)).toEqual(['named', 'verified', 'progress', 'done'])
  expect(torrents.map(({ stopped }) => stopped)).toEqual([1, 1])
})

test('the one listener of all is told of when the data of each is verified', async () => {
  const { code, torrents, interrupt, eventsOf } = await start('seed', '--json')
  torrents[0]?.emit({ type: 'verified', pieces: 4, total: 4 })
  expect(eventsOf(undefined)).toEqual([])
  torrents[1]?.emit({ type: 'verified', pieces: 4, total: 4 })
  expect(eventsOf(undefined)).toEqual(['listening'])
  interrupt()
  await code
})

test('one that fails before its data is verified keeps the listener of all untold no longer', async () => {
  const { code, torrents, eventsOf } = await start('download', '--json')
  torrents[0]?.emit({ type: 'verified', pieces: 0, total: 4 })
  torrents[1]?.emit({ type: 'failed', error: new Error('no room') })
  await new Promise((resolve) => setImmediate(resolve))
  expect(eventsOf(undefined)).toEqual(['listening'])
  torrents[0]?.emit({ type: 'done', downloaded: 60_000 })
  await code
})

test('one that fails is a warning, the others go on, and the exit code is 1', async () => {
  const { code, hashes, torrents, eventsOf, stderr } = await start('download', '--json')
  for (const torrent of torrents) torrent.emit({ type: 'verified', pieces: 0, total: 4 })
  torrents[0]?.emit({ type: 'failed', error: new Error('no room') })
  await new Promise((resolve) => setImmediate(resolve))
  torrents[1]?.emit({ type: 'done', downloaded: 60_001 })
  expect(await code).toBe(1)
  expect(eventsOf(hashes[0])).toContain('warning')
  expect(eventsOf(hashes[1])).toContain('done')
  expect(eventsOf(undefined)).toEqual(['listening', 'error'])
  expect(stderr.text).toBe('peerchart: 1 of 2 torrents failed: sample 0.bin\n')
})

test('one that cannot be read does not keep the others', async () => {
  const { code, torrents, stderr } = await start('download', '/nowhere/c.torrent')
  for (const torrent of torrents) torrent.emit({ type: 'verified', pieces: 4, total: 4 })
  expect(await code).toBe(1)
  expect(stderr.text).toMatch(
    /warning: cannot read \/nowhere\/c\.torrent[^\n]*\n.*1 of 3 torrents failed: \/nowhere\/c\.torrent\n$/,
  )
})

test('people are told once, as soon as it is known, which name the digits before a line stand for, and at the end which torrents failed', async () => {
  const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=film.mkv`
  const { code, created, hashes, made, stderr, stdout, torrents } = await start('download', link)
  for (const torrent of torrents) torrent.emit({ type: 'verified', pieces: 0, total: 4 })
  const ofLink = made[created.findIndex(({ magnet }) => magnet)]
  ofLink?.emit({ type: 'metadata', name: 'film 2.mkv', pieces: 5, bytes: 70_000 })
  ofLink?.emit({ type: 'failed', error: new Error('no room') })
  torrents[0]?.emit({ type: 'failed', error: new Error('no room') })
  torrents[1]?.emit({ type: 'done', downloaded: 60_001 })
  expect(await code).toBe(1)
  const linesOf = (hash = '') =>
    stdout.text
      .split('\n')
      .filter((line) => line.startsWith(`${hash.slice(0, 8)}: it`))
      .map((line) => line.slice(10))
  expect(hashes.map(linesOf)).toEqual([
    ['it is sample 0.bin, 58.6 KiB in 4 pieces'],
    ['it is sample 1.bin, 58.6 KiB in 4 pieces'],
  ])
  expect(linesOf('ab'.repeat(4))).toEqual(['its link calls it film.mkv', 'it is film 2.mkv, 68.4 KiB in 5 pieces'])
  expect(stdout.text.search(/^\w{8}: (?!it)/m)).toBeGreaterThan(stdout.text.lastIndexOf('it is sample'))
  expect(stderr.text).toMatch(/2 of 3 torrents failed: (film 2\.mkv, sample 0\.bin|sample 0\.bin, film 2\.mkv)\n$/)
})

test('where all listen is told once, not again for each torrent', async () => {
  const { code, torrents, interrupt, events } = await start('seed', '--json')
  for (const torrent of torrents) {
    torrent.emit({ type: 'verified', pieces: 4, total: 4 })
    torrent.emit({ type: 'listening', transport: 'tcp', address: { host: '::', port: 7000 } })
  }
  interrupt()
  await code
  expect(events().filter((event) => (event as { event: string }).event === 'listening')).toHaveLength(1)
})

test('SIGINT ends all of them, with 130', async () => {
  const { code, torrents, interrupt, stdout } = await start('seed')
  for (const torrent of torrents) torrent.emit({ type: 'verified', pieces: 4, total: 4 })
  interrupt()
  expect(await code).toBe(130)
  expect(torrents.map(({ stopped }) => stopped)).toEqual([1, 1])
  expect(stdout.text).not.toContain('warning')
})
