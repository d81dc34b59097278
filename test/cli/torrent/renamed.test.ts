import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { run } from '../../../cli/run.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import { fakeIo } from '../fake-io.ts'
import { temporaryFolder } from '../sample-file.ts'

const torrent = (...paths: readonly string[]) =>
  bencode.encode({
    info: {
      name: 'album',
      'piece length': 16384,
      pieces: new Uint8Array(20),
      files: paths.map((path) => ({ path: [path], length: 1 })),
    },
  })

const odd = torrent('a', 'A', 'tab\there', 'b')
const message =
  'stored under other names than in the torrent: "album/A" as "album/A.1", "album/tab\\there" as "album/tab_here"'
const renamed = [
  { path: 'album/A.1', renamedFrom: 'album/A' },
  { path: 'album/tab_here', renamedFrom: 'album/tab\there' },
]

const start = async (command: string, bytes: Uint8Array, ...options: readonly string[]) => {
  const file = join(await temporaryFolder(), 'x.torrent')
  await writeFile(file, bytes)
  const world = fakeIo()
  const code = run([command, file, ...options], world.io)
  await world.torrent.started
  const end = async () => {
    world.interrupt()
    await code
  }
  return { ...world, end }
}

const warnings = (events: readonly unknown[]) => events.filter((one) => JSON.stringify(one).includes('"warning"'))

test.each(['download', 'seed'])('%s says once which files are stored under other names', async (command) => {
  const { torrent, events, end } = await start(command, odd, '--json')
  torrent.emit({ type: 'verified', pieces: 1, total: 1 })
  await end()
  expect(warnings(events())).toEqual([{ event: 'warning', time: 0, message, renamed }])
})

test('people read it as a warning', async () => {
  const { stderr, end } = await start('download', odd)
  await end()
  expect(stderr.text).toBe(`peerchart: warning: ${message}\n`)
})

test('of a magnet link it is said when the metadata has come', async () => {
  const { io, torrent, events, interrupt } = fakeIo()
  const code = run(['download', `magnet:?xt=urn:btih:${'a'.repeat(40)}`, '--json'], io)
  await torrent.started
  expect(events()).toEqual([])
  torrent.metainfo = parseMetainfo(odd)
  torrent.emit({ type: 'metadata', name: 'album', pieces: 1, bytes: 4 })
  interrupt()
  await code
  expect(events()).toMatchObject([{ event: 'metadata' }, { event: 'warning', renamed }])
})

test('nothing is said of files that keep their names', async () => {
  const { events, end } = await start('download', torrent('a', 'b'), '--json')
  await end()
  expect(warnings(events())).toEqual([])
})

test('of many files three are named and a hundred listed', async () => {
  const { events, end } = await start('download', torrent(...Array<string>(500).fill('a')), '--json')
  await end()
  const [warning] = warnings(events())
  expect(warning).toMatchObject({ message: expect.stringMatching(/"album\/a.3" and 496 more$/) })
  expect(warning).toHaveProperty('renamed.length', 100)
})
