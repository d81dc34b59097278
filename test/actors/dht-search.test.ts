import { afterEach, expect, test } from 'vitest'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { createDht, type Dht } from '../../transport/dht/dht.ts'
import { sampleTorrent } from '../swarm/sample.ts'

const host = '127.0.0.1'
const nodes: Dht[] = []
const torrents: Torrent[] = []
afterEach(async () => {
  await Promise.all(torrents.splice(0).map((torrent) => torrent.stop()))
  await Promise.all(nodes.splice(0).map((node) => node.destroy()))
})

/** A dozen nodes on loopback, all but the first of which know of that alone. */
async function aDozen(): Promise<readonly Dht[]> {
  const first = createDht({ host })
  nodes.push(first)
  const bootstrap = [await first.opened]
  for (let i = 1; i < 12; i++) nodes.push(createDht({ host, bootstrap }))
  await Promise.all(nodes.map(({ opened }) => opened))
  return nodes
}

function aTorrent(dht: Dht | undefined, isPrivate: boolean): Torrent {
  const { metainfo } = sampleTorrent({ pieces: 1 })
  const torrent = createTorrent({
    metainfo: { ...metainfo, private: isPrivate },
    store: openMemoryStore(metainfo),
    listen: { host, port: 0 },
    dht,
  })
  torrents.push(torrent)
  torrent.start()
  return torrent
}

test('of a dozen nodes on loopback one leads a torrent to another by its info hash, and none a private torrent', async () => {
  const all = await aDozen()
  const first = aTorrent(all[3], false)
  await expect.poll(() => first.dht?.announced, { timeout: 10_000 }).toBeGreaterThan(0)
  const second = aTorrent(all[9], false)
  await expect.poll(() => second.peers.some(({ state }) => state === 'open'), { timeout: 10_000 }).toBe(true)
  const privately = aTorrent(all[5], true)
  await expect.poll(() => privately.listening.length, { timeout: 10_000 }).toBeGreaterThan(0)
  expect([privately.dht, privately.peers]).toEqual([undefined, []])
})
