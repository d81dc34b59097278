import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import type { TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { singleFileTorrent, temporaryFolder } from '../storage/support.ts'

const { metainfo, data } = singleFileTorrent(200_000, 16_384)

/** Resume data in memory. */
function kept(): ResumeStore {
  let last: Uint8Array | undefined
  return {
    load: async () => last,
    save: async (bytes) => {
      last = bytes.slice()
    },
  }
}

/** A torrent whose file is whole, in a folder beside which there is room; it neither listens nor dials. */
async function aSeed(resume?: ResumeStore) {
  const work = await temporaryFolder()
  const [from, to] = [join(work, 'from'), join(work, 'to')]
  await mkdir(from)
  await writeFile(join(from, 'song'), data)
  return { from, to, ...(await opened(from, resume)) }
}

async function opened(folder: string, resume?: ResumeStore) {
  const store = await openFileStore(metainfo, folder)
  const reads = { count: 0 }
  const get = store.get.bind(store)
  store.get = (...given) => {
    reads.count++
    get(...given)
  }
  const torrent = createTorrent({ metainfo, store, resume })
  onTestFinished(() => torrent.stop().catch(() => {}))
  const told: TorrentEmitted[] = []
  for (const type of ['state', 'moved', 'move_failed', 'verified', 'warning'] as const) {
    torrent.on(type, (event) => told.push(event))
  }
  return { torrent, told, reads }
}

const whenIt = (torrent: Torrent, state: Torrent['state']): Promise<void> =>
  new Promise((resolve) => {
    const watch = torrent.on('state', (event) => {
      if (event.state !== state) return
      watch.unsubscribe()
      resolve()
    })
  })

const isWhole = async (folder: string): Promise<boolean> =>
  (await readFile(join(folder, 'song')).catch(() => Buffer.alloc(0))).equals(data)

describe('moveTo', () => {
  test('moves the files of a torrent that runs: moving, then as before; what is known of them stays known', async () => {
    const resume = kept()
    const { from, to, torrent, told } = await aSeed(resume)
    torrent.start()
    await torrent.done
    expect(torrent.folder).toBe(from)
    told.length = 0
    await torrent.moveTo(to)
    expect(told).toEqual([
      { type: 'state', state: 'moving' },
      { type: 'moved', folder: to },
      { type: 'state', state: 'seeding' },
    ])
    expect([torrent.folder, torrent.progress.pieces, await isWhole(to), await isWhole(from)]).toEqual([
      to,
      13,
      true,
      false,
    ])
    await torrent.stop()
    const next = await opened(to, resume)
    next.torrent.start()
    await next.torrent.done
    expect(next.reads.count).toBe(0)
    await next.torrent.stop()
  })

  test('before the first start, when paused, and while the data is checked', async () => {
    const { from, to, torrent } = await aSeed()
    await torrent.moveTo(to)
    expect([torrent.state, await isWhole(to)]).toEqual(['stopped', true])
    torrent.start()
    await torrent.moveTo(from)
    await torrent.done
    torrent.pause()
    await torrent.moveTo(to)
    expect([torrent.state, await isWhole(to), torrent.progress.pieces]).toEqual(['paused', true, 13])
    await torrent.stop()
  })

  test('rejects where a file would be replaced: nothing is changed, and it goes on', async () => {
    const { from, to, torrent, told } = await aSeed()
    torrent.start()
    await torrent.done
    told.length = 0
    await mkdir(to)
    await writeFile(join(to, 'song'), 'mine')
    const failing = torrent.moveTo(to)
    expect(() => torrent.moveTo(to)).toThrow('they are being moved')
    await expect(failing).rejects.toMatchObject({ name: 'StorageError', code: 'EEXIST' })
    expect(told).toEqual([
      { type: 'state', state: 'moving' },
      { type: 'move_failed', error: expect.objectContaining({ code: 'EEXIST' }) },
      { type: 'state', state: 'seeding' },
    ])
    expect([torrent.folder, await isWhole(from), await readFile(join(to, 'song'), 'utf8')]).toEqual([
      from,
      true,
      'mine',
    ])
    await torrent.stop()
  })

  test('rejects when the torrent is stopped meanwhile, unless the files are there by then: they are whole in one folder', async () => {
    const { from, to, torrent } = await aSeed()
    torrent.start()
    await torrent.done
    const moving = torrent.moveTo(to).then(
      () => 'moved',
      () => 'stayed',
    )
    const stopped = whenIt(torrent, 'stopped')
    await torrent.stop()
    await stopped
    await moving
    const fresh = await openFileStore(metainfo, from)
    expect(await isWhole(fresh.folder ?? '')).toBe(true)
    await new Promise((resolve) => fresh.close(resolve))
    expect(() => torrent.moveTo(to)).toThrow('the torrent was stopped')
  })

  test('throws where there is nothing to move, or nobody who could', async () => {
    const clockless = createTorrent({ metainfo, store: openMemoryStore(metainfo) })
    expect(() => clockless.moveTo('/tmp')).toThrow('the store does not do that')
    expect(clockless.folder).toBeUndefined()
    const magnet = createTorrent({
      magnet: { infoHash: metainfo.infoHash },
      openStore: async (): Promise<ChunkStore> => openMemoryStore(metainfo),
    })
    expect(() => magnet.moveTo('/tmp')).toThrow('before the metadata has come')
    expect(() => Reflect.apply(magnet.moveTo, magnet, [5])).toThrow(TypeError)
    await Promise.all([clockless.stop(), magnet.stop()])
  })
})
