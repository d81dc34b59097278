import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createActor, type Snapshot } from 'xstate'
import { defineExtension } from '../../actors/extensions/extension.ts'
import { provideTorrent } from '../../actors/provide-torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { peersOf } from '../peers-of.ts'
import { persistedOf } from '../persisted.ts'
import { createSwarm, type Member, type Swarm } from '../swarm/swarm.ts'

const chat = defineExtension({
  name: 'pc_chat',
  codec: { encode: (bytes: Uint8Array) => bytes, decode: (bytes) => bytes },
  start: () => ({}),
})

/** The snapshot of a torrent, as if a file had been in between. */
const persisted = ({ torrent }: Member): Snapshot<unknown> =>
  JSON.parse(JSON.stringify(torrent.actor.getPersistedSnapshot()))

function restored(
  { clock, metainfo, network }: Swarm,
  store: ChunkStore,
  snapshot: Snapshot<unknown>,
  extensions: Parameters<typeof provideTorrent>[0]['extensions'] = [],
) {
  const storage = new PieceStorage(store, metainfo, clock)
  const random = seededRandom(2)
  const machine = provideTorrent({
    transport: network.transport('a'),
    storage: () => storage,
    clock,
    randomBytes: randomBytesFrom(random),
    torrents: new SkeyTable(),
    random,
    extensions,
  })
  return createActor(machine, { clock, snapshot, input: undefined })
}

test('a torrent that is restored on its store goes on with its download, and fetches only what is missing', async () => {
  const swarm = createSwarm({ encryption: 'none', bytesPerSecond: 50_000, latencyMs: 20 })
  swarm.add('seeder', { has: 'all' })
  let store = openMemoryStore(swarm.metainfo)
  const lasting = (given: ChunkStore): ChunkStore => {
    store = { ...given, close: (done) => done(null) }
    return store
  }
  const member = swarm.add('a', { knows: ['seeder'], through: lasting, extensions: [chat] })
  swarm.start()
  await swarm.until(() => member.torrent.progress.pieces === 3)
  const snapshot = persisted(member)
  const { runs, downloaded } = persistedOf(member.torrent)
  await swarm.settled(member.torrent.stop())

  const actor = restored(swarm, store, snapshot, [chat]).start()
  expect(actor.getSnapshot().value.life).toEqual({ checking: 'to_start' })
  const fetched: number[] = []
  actor.on('piece', ({ index }) => fetched.push(index))
  await swarm.until(() => actor.getSnapshot().value.content === 'complete')
  const after = persistedOf({ actor })
  expect(fetched.length).toBeLessThanOrEqual(5)
  expect(after.runs).toEqual(runs)
  expect(downloaded).toBeGreaterThan(0)
  expect(after.downloaded).toBeGreaterThan(downloaded)
  actor.send({ type: 'torrent.stop' })
  await swarm.until(() => actor.getSnapshot().value.life === 'stopped')
  actor.stop()
  await swarm.stop()
})

test('a torrent is not restored without the extensions of your own that it ran', async () => {
  const swarm = createSwarm()
  const snapshot = persisted(swarm.add('a', { extensions: [chat] }))
  const { error } = restored(swarm, openMemoryStore(swarm.metainfo), snapshot).getSnapshot()
  expect(error).toMatchObject({ refusal: 'incomplete', message: expect.stringContaining('the extension pc_chat') })
  await swarm.stop()
})

test('a magnet link whose metadata has not come is not restored without what fetches it', async () => {
  const swarm = createSwarm()
  const snapshot = persisted(swarm.add('a', { magnet: true }))
  const { error } = restored(swarm, openMemoryStore(swarm.metainfo), snapshot).getSnapshot()
  expect(error).toMatchObject({ refusal: 'incomplete', message: expect.stringContaining('the extension ut_metadata') })
  await swarm.stop()
})

test('a peer and a torrent are restored in another process, from a file of JSON', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-'))
  const swarm = createSwarm({ encryption: 'none' })
  swarm.add('seeder', { has: 'all' })
  const member = swarm.add('a', { knows: ['seeder'], has: [0, 1] })
  member.torrent.blacklist.add({ host: '10.0.0.9', port: 1 })
  swarm.start()
  await swarm.until(() => member.torrent.peers.some(({ state }) => state === 'open'))
  const [connected] = peersOf(member.torrent)
  connected?.send({ type: 'torrent.adjust_reputation', delta: -7 })
  const peer = connected?.getPersistedSnapshot()
  const file = join(folder, 'snapshots.json')
  const metainfo = Buffer.concat([Buffer.from('d4:info'), swarm.metainfo.infoBytes, Buffer.from('e')])
  const content = { peer, torrent: persisted(member), metainfo: metainfo.toString('base64') }
  await writeFile(file, JSON.stringify(content))
  const script = fileURLToPath(new URL('restore-elsewhere.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, file])
  expect(JSON.parse(stdout)).toEqual({
    peer: {
      handshake: { connecting: 'trying' },
      availability: 'remembered',
      pieces: [0, 1, 2, 3, 4, 5, 6, 7],
      pieceCount: 8,
      reputation: 93,
    },
    torrent: {
      life: { checking: 'to_start' },
      have: 2,
      isBanned: true,
      extensions: ['ut_metadata', 'ut_pex', 'lt_donthave', 'upload_only'],
    },
  })
  await swarm.stop()
  await rm(folder, { recursive: true })
})
