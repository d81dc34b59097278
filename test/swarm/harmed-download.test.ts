import { open, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFileStore } from '../../storage/open-file-store.ts'
import { heldBy } from '../persisted.ts'
import { singleFileTorrent, temporaryFolder } from '../storage/support.ts'
import { realDisk } from './real-disk.ts'
import { createSwarm } from './swarm.ts'

/** A slow download of 12 pieces to one file on a real disk. */
async function aDownload() {
  const torrent = singleFileTorrent(12 * 16_384, 16_384)
  const folder = await temporaryFolder()
  const path = join(folder, 'song')
  const swarm = createSwarm({ latencyMs: 10, torrent })
  const disk = realDisk(swarm)
  const { until } = disk
  const store = disk.through(await openFileStore(torrent.metainfo, folder))
  const seed = swarm.add('seed', { has: 'all' })
  const member = swarm.add('member', { through: () => store, knows: ['seed'], downloadLimit: 4_096 })
  swarm.start()
  await until(() => member.torrent.progress.pieces >= 3)
  const stop = async () => {
    let isOver = false
    const stopped = Promise.all([seed, member].map(({ torrent }) => torrent.stop())).finally(() => {
      isOver = true
    })
    await until(() => isOver)
    await stopped
  }
  return { member, path, until, stop, data: torrent.data }
}

describe.each<[string, (path: string) => Promise<unknown>, string, number]>([
  ['taken away', (path) => rm(path), 'it is gone', -1],
  [
    'replaced by another',
    async (path) => {
      await writeFile(`${path}.new`, 'other')
      await rename(`${path}.new`, path)
    },
    'another program has put another file in its place',
    5,
  ],
])('a file that is %s while it is downloaded to', (_, harm, cause, length) => {
  test('fails the torrent by name and is left alone; a new start takes what stands there for its own, and writes over it', async () => {
    const { member, path, until, stop, data } = await aDownload()
    await harm(path)
    await until(() => member.state === 'failed')
    expect(member.emittedOf('failed')).toMatchObject([{ error: { message: `cannot write ${path}: ${cause}`, path } }])
    expect(member.emittedOf('done')).toEqual([])
    expect(
      await readFile(path).then(
        (bytes) => bytes.length,
        () => -1,
      ),
    ).toBe(length)
    member.torrent.start()
    await until(() => member.state === 'seeding')
    expect(Buffer.compare(await readFile(path), data)).toBe(0)
    await stop()
  })
})

test('a piece that others overwrite while more is downloaded is withdrawn before the torrent is done', async () => {
  const { member, path, until, stop } = await aDownload()
  const [first = 0] = member.emittedOf('piece').map(({ index }) => index)
  const file = await open(path, 'r+')
  await file.write(Buffer.from([1, 2, 3]), 0, 3, first * 16_384)
  await file.close()
  await until(() => member.emittedOf('rechecked').length > 0)
  expect(heldBy(member.torrent)).not.toContain(first)
  await until(() => member.state === 'partial_seeding')
  expect([member.emittedOf('done'), member.torrent.progress.pieces < 12]).toEqual([[], true])
  expect(member.emittedOf('warning')).toMatchObject([{ path }])
  // As neither wants anything they part; the seed is dialled again once something is wanted.
  await until(() => member.torrent.peers.length === 0)
  member.torrent.recheck()
  await until(() => member.state === 'seeding')
  await stop()
})

test('a download whose file has other times only is hashed, and done', async () => {
  const { member, path, until, stop } = await aDownload()
  await utimes(path, 1, 1)
  await until(() => member.state === 'seeding')
  expect([member.emittedOf('warning').length, member.emittedOf('failed')]).toEqual([1, []])
  await stop()
})
