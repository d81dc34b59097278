import MemoryChunkStore from 'memory-chunk-store'
import { describe, expect, test, vi } from 'vitest'
import { createActor, setup } from 'xstate'
import { ResumeKeeper } from '../../actors/resume-keeper.ts'
import { type StorageResume, storageLogic } from '../../actors/storage.ts'
import type { StorageCommand, StorageNews } from '../../machines/torrent/vocabulary/events.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { encodeResume } from '../../storage/resume-data.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { around } from '../../testing/around.ts'
import { diskFull, failingStore } from '../../testing/stores.ts'
import { pieceOf } from '../storage/support.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { contentOf, createSwarm } from '../swarm/swarm.ts'

const { metainfo, data } = sampleTorrent({ pieces: 3 })

/** The storage of a torrent that has piece 1, under a parent that notes the news. */
function aStorage(through: (store: ChunkStore) => ChunkStore = (store) => store, resume?: StorageResume) {
  const store = openMemoryStore(metainfo)
  store.put(1, pieceOf(metainfo, data, 1), () => {})
  const pieces = new PieceStorage(through(store), metainfo)
  const news: StorageNews[] = []
  const waiting: (() => void)[] = []
  const machine = setup({
    types: { events: {} as StorageNews },
    actors: { storage: storageLogic(() => pieces, resume) },
    actions: {
      note: ({ event }) => {
        news.push(event)
        waiting.shift()?.()
      },
    },
  }).createMachine({
    invoke: { src: 'storage', id: 'storage', input: ({ self }) => ({ owner: self }) },
    on: { '*': { actions: 'note' } },
  })
  const actor = createActor(machine)
  actor.start()
  return {
    actor,
    pieces,
    news,
    tell(command: StorageCommand) {
      actor.getSnapshot().children.storage?.send(command)
    },
    /** Tells, and answers the next news. */
    async ask(command: StorageCommand): Promise<StorageNews | undefined> {
      const count = news.length
      const told = new Promise<void>((resolve) => waiting.push(resolve))
      this.tell(command)
      if (news.length === count) await told
      return news[count]
    },
  }
}

const check: Extract<StorageCommand, { type: 'storage.check' }> = {
  type: 'storage.check',
  wanted: { files: new Uint8Array([1]) },
}

const verify = (index: number, piece: Uint8Array, more = {}): StorageCommand => ({
  type: 'storage.verify',
  index,
  data: piece,
  contributors: 1,
  wantsDigests: false,
  ...more,
})

test('a check tells which pieces are right', async () => {
  const news = await aStorage().ask(check)
  expect(news?.type === 'storage.checked' && [...news.have.indexes()]).toEqual([1])
})

describe('a check that begins while another runs', () => {
  /** A store whose reads end when they are told to, right or not; `gets` are the pieces that were read. */
  function slowReads() {
    const gets: number[] = []
    const waiting: ((error?: Error) => void)[] = []
    const through = (store: ChunkStore): ChunkStore =>
      around(store, {
        get: (index, range, done) => {
          gets.push(index)
          waiting.push((error) => (error ? done(error) : store.get(index, range, done)))
        },
      })
    const release = (error?: Error) => {
      for (const end of waiting.splice(0)) end(error)
    }
    return { gets, through, release }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  test('ends that one, begins when it is over, and alone is told', async () => {
    const { gets, through, release } = slowReads()
    const storage = aStorage(through)
    for (let i = 0; i < 3; i++) {
      storage.tell(check)
      await turn()
    }
    expect(gets).toEqual([0])
    while (storage.news.length === 0) {
      release()
      await turn()
    }
    for (let i = 0; i < 10; i++) await turn()
    expect(storage.news.map(({ type }) => type)).toEqual(['storage.checked'])
    expect(gets.filter((index) => index === 0)).toHaveLength(2)
  })

  test('takes nothing of what is verified after it from the resume data', async () => {
    const { through, release } = slowReads()
    const storage = aStorage(through)
    storage.tell(check)
    await turn()
    storage.tell(check)
    while (storage.news.length === 0) {
      release()
      await turn()
    }
    await storage.ask(verify(0, new Uint8Array(pieceOf(metainfo, data, 0))))
    for (let i = 0; i < 10; i++) {
      release()
      await turn()
    }
    expect((await storage.pieces.vouch())?.have).toEqual(Uint8Array.of(0b11000000))
  })

  test('hears nothing of how that one failed', async () => {
    const { through, release } = slowReads()
    const storage = aStorage(through)
    storage.tell(check)
    await turn()
    storage.tell(check)
    release(diskFull())
    while (storage.news.length === 0) {
      await turn()
      release()
    }
    expect(storage.news.map(({ type }) => type)).toEqual(['storage.checked'])
  })
})

describe('files that are selected while a check runs', () => {
  const turns = async () => {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  const selectAs = (level: number, more = {}): StorageCommand => ({
    type: 'storage.select',
    select: 1,
    wanted: { files: Uint8Array.of(level), ...more },
  })

  test('are in their places when it is told', async () => {
    const ends: (() => void)[] = []
    const through = (store: ChunkStore): ChunkStore => ({
      ...store,
      selectFiles: () => new Promise((resolve) => void ends.push(resolve)),
    })
    const storage = aStorage(through)
    storage.tell(check)
    await turns()
    storage.tell(selectAs(2))
    ends.shift()?.()
    await turns()
    expect([storage.news, ends.length]).toEqual([[], 1])
    ends.shift()?.()
    await turns()
    expect(storage.news).toMatchObject([{ type: 'storage.selected', select: 1 }, { type: 'storage.checked' }])
  })

  test('are so with it, where it has yet to read what was saved', async () => {
    const selected: boolean[] = []
    const through = (store: ChunkStore): ChunkStore => ({
      ...store,
      selectFiles: async (isWanted) => void selected.push(isWanted(0)),
    })
    const { infoHash } = metainfo
    const counts = { blocks: [], downloaded: 0, uploaded: 0, addresses: [], stamps: [], have: new Uint8Array(1) }
    const kept = encodeResume({ infoHash, ...counts, priorities: Uint8Array.of(0) })
    let load = () => {}
    const loaded = new Promise<Uint8Array>((resolve) => {
      load = () => resolve(kept)
    })
    const keeper = new ResumeKeeper({ load: () => loaded, save: async () => {} }, infoHash)
    const storage = aStorage(through, { keeper, keepsMetadata: false })
    storage.tell({ ...check, wanted: { files: Uint8Array.of(1), wishes: new Map() } })
    await turns()
    storage.tell(selectAs(1, { wishes: new Map([[0, 'high']]) }))
    await turns()
    expect([selected, storage.news]).toEqual([[], []])
    load()
    await turns()
    expect([selected, storage.news.map(({ type }) => type)]).toEqual([[true], ['storage.checked']])
    storage.tell(selectAs(1, { wishes: new Map() }))
    await turns()
    expect(selected).toEqual([true, false])
  })
})

test('a right piece is verified and can be read then; its buffer comes back', async () => {
  const storage = aStorage()
  const piece = new Uint8Array(pieceOf(metainfo, data, 0))
  const news = await storage.ask(verify(0, piece))
  expect(news).toEqual({ type: 'storage.verified', index: 0, data: piece, digests: [] })
  const request = { index: 0, begin: 16_384, length: 100 }
  const read = await storage.ask({ type: 'storage.read', peer: 5, requests: [request] })
  expect(read).toMatchObject({ type: 'storage.blocks', peer: 5, blocks: [{ index: 0, begin: 16_384 }] })
  const [block] = read?.type === 'storage.blocks' ? read.blocks : []
  expect(Buffer.compare(block?.data ?? new Uint8Array(), piece.subarray(16_384, 16_484))).toBe(0)
})

test('a wrong piece is corrupt; digests of its blocks come only when several gave them, or when asked for', async () => {
  const storage = aStorage()
  const wrong = new Uint8Array(metainfo.pieceLength)
  const digestsOf = async (more: object) => {
    const news = await storage.ask(verify(0, wrong, more))
    return news?.type === 'storage.corrupt' ? news.digests.length : undefined
  }
  expect([await digestsOf({}), await digestsOf({ contributors: 2 }), await digestsOf({ wantsDigests: true })]).toEqual([
    0, 2, 2,
  ])
})

test('what was read a moment ago is answered synchronously', async () => {
  const storage = aStorage()
  const command = { type: 'storage.read', peer: 1, requests: [{ index: 1, begin: 0, length: 16_384 }] } as const
  await storage.ask(command)
  storage.tell(command)
  expect(storage.news).toHaveLength(2)
})

test('a disk that cannot be written to is told', async () => {
  const storage = aStorage((store) => failingStore(store, diskFull))
  const news = await storage.ask(verify(0, new Uint8Array(pieceOf(metainfo, data, 0))))
  expect(news).toMatchObject({ type: 'storage.failed', error: { code: 'ENOSPC' } })
})

describe('a disk that cannot be read', () => {
  test('costs a peer its answer, and the pieces, which is told first', async () => {
    const storage = aStorage((store) => failingStore(store, diskFull))
    const request = { index: 1, begin: 0, length: 1 }
    await storage.ask({ type: 'storage.read', peer: 1, requests: [request] })
    await new Promise(setImmediate)
    expect(storage.news).toMatchObject([
      { type: 'storage.lost', isThere: false },
      { type: 'storage.unread', peer: 1, requests: [request] },
    ])
  })

  test('costs a check what cannot be read, which is told behind it', async () => {
    const storage = aStorage((store) => failingStore(store, diskFull))
    expect(await storage.ask(check)).toMatchObject({ type: 'storage.checked' })
    await new Promise(setImmediate)
    expect(storage.news[1]).toMatchObject({ type: 'storage.lost', isThere: false })
    const lost = storage.news[1]
    expect(lost?.type === 'storage.lost' && lost.pieces.isAll).toBe(true)
  })
})

test('a command that cannot be carried out is told, and the next one is', async () => {
  const storage = aStorage()
  const error = expect.any(RangeError)
  const bad: StorageCommand = { type: 'storage.read', peer: 1, requests: [{ index: 999, begin: 0, length: 1 }] }
  expect(await storage.ask(bad)).toEqual({ type: 'storage.failed', error })
  expect(await storage.ask(verify(0, new Uint8Array(5)))).toEqual({ type: 'storage.failed', error })
  expect(await storage.ask(check)).toMatchObject({ type: 'storage.checked' })
})

test('a download into a raw memory-chunk-store is whole there, and is seeded on from there', async () => {
  const swarm = createSwarm({ latencyMs: 10, pieces: 32 })
  const { metainfo } = swarm
  const raw = new MemoryChunkStore(metainfo.pieceLength, { length: metainfo.length })
  swarm.add('seeder', { has: 'all' })
  const middle = swarm.add('middle', { knows: ['seeder'], through: () => raw })
  const last = swarm.add('last', { knows: ['middle'] })
  swarm.start()
  await swarm.until(() => middle.state === 'seeding' && last.state === 'seeding')
  expect(Buffer.compare(await contentOf(raw, metainfo), swarm.data)).toBe(0)
  expect(await last.isWhole()).toBe(true)
  await swarm.stop()
})

test('after it is stopped nothing is told any more', async () => {
  const storage = aStorage()
  storage.tell(check)
  storage.actor.stop()
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(storage.news).toEqual([])
})

test('a file that was too long and is cut is a warning, before the news of the piece at its end, or of the check', async () => {
  const long = { path: '/out/song', length: 10, found: 12 }
  const told = aStorage((store) => around(store, { cutFiles: async (index) => (index === 2 ? [long] : []) }))
  const warning = {
    type: 'storage.warning',
    message: '/out/song had 12 bytes, more than the 10 of the torrent, and was cut to them',
    path: '/out/song',
  }
  expect(await told.ask(check)).toMatchObject({ type: 'storage.checked' })
  expect(await told.ask(verify(2, pieceOf(metainfo, data, 2)))).toEqual(warning)
  await vi.waitFor(() => expect(told.news).toHaveLength(3))
  expect(told.news[2]).toMatchObject({ type: 'storage.verified', index: 2 })
  expect(await told.ask(check)).toEqual(warning)
  await vi.waitFor(() => expect(told.news).toHaveLength(5))
  expect(told.news[4]).toMatchObject({ type: 'storage.checked' })
  told.actor.stop()
})

test('what went wrong as the store was opened is a warning before the news of the first check, and told once', async () => {
  const fault = Object.assign(new Error('cannot make the link /out/l'), { path: '/out/l' })
  const told = aStorage((store) => around(store, { fault }))
  const warning = { type: 'storage.warning', message: fault.message, path: '/out/l' }
  expect(await told.ask(check)).toEqual(warning)
  await vi.waitFor(() => expect(told.news).toHaveLength(2))
  expect(await told.ask(check)).toMatchObject({ type: 'storage.checked' })
  expect(told.news.filter(({ type }) => type === 'storage.warning')).toEqual([warning])
  told.actor.stop()
})
