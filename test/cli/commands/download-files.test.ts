import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTorrent } from '../../../actors/torrent.ts'
import { run } from '../../../cli/run.ts'
import { openFileStore } from '../../../storage/open-file-store.ts'
import { randomBytesFrom, seededRandom } from '../../../transport/random.ts'
import { multiFileTorrent } from '../../storage/support.ts'
import { realDisk } from '../../swarm/real-disk.ts'
import { createSwarm } from '../../swarm/swarm.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const host = '127.0.0.1'
const torrent = multiFileTorrent(
  [
    { path: ['a.txt'], length: 40_000 },
    { path: ['b.mkv'], length: 100_000 },
    { path: ['c.txt'], length: 60_000 },
  ],
  32_768,
)

/** `download` beside a seeder; resolves when it has ended. */
async function download(...argv: readonly string[]) {
  const swarm = createSwarm({ torrent })
  const { clock, network } = swarm
  const disk = realDisk(swarm)
  swarm.add('10.0.0.1', { has: 'all' }).torrent.start()
  const folder = await temporaryFolder()
  const file = join(folder, 'x.torrent')
  await writeFile(file, '')
  const random = seededRandom(7)
  const { events, io, stderr } = fakeIo({
    api: {
      readMetainfo: async () => torrent.metainfo,
      openFileStore: async (...of) => disk.through(await openFileStore(...of)),
      createTorrent: (options) => {
        const rest = { clock, random, randomBytes: randomBytesFrom(random), transport: network.transport(host) }
        return createTorrent({ ...options, ...rest, peers: [{ host: '10.0.0.1', port: 6881 }] })
      },
    },
  })
  let code: number | undefined
  run(['download', file, '--out', folder, '--host', '127.0.0.1', '--json', ...argv], io).then((ended) => {
    code = ended
  })
  await disk.until(() => code !== undefined)
  await swarm.stop()
  return { code, folder, stderr, events: events() as readonly { readonly event: string }[] }
}

const named = (events: readonly { readonly event: string }[], name: string) =>
  events.filter(({ event }) => event === name)

test('--files downloads the files that it names, and is done with these', async () => {
  const { code, events, folder, stderr } = await download('--files', '*.mkv')
  expect([code, stderr.text]).toEqual([0, ''])
  expect(named(events, 'selected')).toMatchObject([{ files: 1, of: 3, bytes: 100_000 }])
  expect(named(events, 'verified')).toMatchObject([{ pieces: 0, total: 4 }])
  expect(named(events, 'done')).toMatchObject([{ bytes: 100_000 }])
  expect(await readdir(join(folder, 'album'))).toEqual(['b.mkv'])
  const { length = 0, offset = 0 } = torrent.metainfo.files[1] ?? {}
  const content = await readFile(join(folder, 'album', 'b.mkv'))
  expect(content).toEqual(Buffer.from(torrent.data.subarray(offset, offset + length)))
})

test('--list prints the files and their numbers, and makes nothing', async () => {
  const { code, events, folder } = await download('--list', '--files', '0,2')
  expect(code).toBe(0)
  expect(events).toMatchObject([
    { event: 'file', index: 0, path: 'album/a.txt', bytes: 40_000, wanted: true },
    { event: 'file', index: 1, path: 'album/b.mkv', bytes: 100_000, wanted: false },
    { event: 'file', index: 2, path: 'album/c.txt', bytes: 60_000, wanted: true },
  ])
  expect(await readdir(folder)).toEqual(['x.torrent'])
})

test('--files that name no file end it before anything is made', async () => {
  const { code, events, folder } = await download('--files', '*.mkv,*.avi')
  expect(code).toBe(1)
  expect(events).toMatchObject([{ event: 'error', message: expect.stringContaining('*.avi') }])
  expect(await readdir(folder)).toEqual(['x.torrent'])
})
