import { describe, expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import { formatAddress } from '../../transport/address.ts'
import { tcpTransport } from '../../transport/tcp.ts'
import type { Address } from '../../transport/transport.ts'
import { pieceOf } from '../storage/support.ts'
import { sampleTorrent } from '../swarm/sample.ts'

/** Whole downloads over loopback, by either family, from one listener. */

const { metainfo, data } = sampleTorrent({ pieces: 3 })

function filled(of: Metainfo) {
  const store = openMemoryStore(of)
  for (let index = 0; index < of.pieceHashes.length; index++)
    store.put(index, pieceOf(of, data, index), () => undefined)
  return store
}

/** Its address once it listens. */
const listeningOf = (torrent: Torrent) =>
  new Promise<Address>((resolve) => void torrent.on('listening', ({ address }) => resolve(address)))

async function downloadFrom(host: string, { port }: Address): Promise<Torrent> {
  const leecher = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers: [{ host, port }] })
  leecher.start()
  await leecher.done
  return leecher
}

/** Where a seeder sees its peers, without their ports. */
const seenBy = (seeder: Torrent) => {
  const hosts: string[] = []
  seeder.on('peer', ({ peer }) => void (peer.state === 'open' && hosts.push(peer.address.host)))
  return hosts
}

describe('a listener on ::', () => {
  test('serves peers over IPv4, by their IPv4 address, and over IPv6: a torrent of its own', async () => {
    const seeder = createTorrent({ metainfo, store: filled(metainfo), listen: { host: '::', port: 0 } })
    const hosts = seenBy(seeder)
    const listening = listeningOf(seeder)
    seeder.start()
    const address = await listening
    expect(formatAddress(address)).toBe(`[::]:${address.port}`)
    const leechers = [await downloadFrom('127.0.0.1', address), await downloadFrom('::1', address)]
    expect(hosts).toEqual(['127.0.0.1', '::1'])
    await Promise.all([...leechers, seeder].map((torrent) => torrent.stop()))
  })

  test('serves both for all torrents of a session', async () => {
    const session = createSession({ listen: { host: '::', port: 0 } })
    const seeder = session.add({ metainfo, store: filled(metainfo) })
    const hosts = seenBy(seeder)
    const listening = new Promise<Address>((resolve) => void session.on('listening', ({ address }) => resolve(address)))
    session.start()
    seeder.start()
    const address = await listening
    const leechers = [await downloadFrom('::1', address), await downloadFrom('::ffff:127.0.0.1', address)]
    expect(hosts).toEqual(['::1', '127.0.0.1'])
    expect(leechers.map(({ peers }) => peers.map(({ address: { host } }) => host))).toEqual([['::1'], ['127.0.0.1']])
    await Promise.all(leechers.map((torrent) => torrent.stop()))
    await session.stop()
  })
})

test('a listener on 0.0.0.0 serves no peer over IPv6', async () => {
  const seeder = createTorrent({ metainfo, store: filled(metainfo), listen: { host: '0.0.0.0', port: 0 } })
  const listening = listeningOf(seeder)
  seeder.start()
  const { port } = await listening
  const peers = [{ host: '::1', port }]
  const leecher = createTorrent({ metainfo, store: openMemoryStore(metainfo), peers, transport: tcpTransport() })
  const ended = new Promise<string | undefined>((resolve) => {
    leecher.on('peer', ({ peer }) => peer.state === 'closed' && resolve(peer.reason))
  })
  leecher.done.catch(() => undefined)
  leecher.start()
  expect(await ended).toBe('transport.refused')
  await Promise.all([leecher.stop(), seeder.stop()])
})
