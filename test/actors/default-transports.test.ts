import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defaultTransports } from '../../actors/default-transports.ts'
import { createSession } from '../../actors/session.ts'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { kindsOf } from '../../actors/transports.ts'
import { utpTransport } from '../../actors/utp-transport.ts'
import type { TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Clock } from '../../transport/clock.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { tcpTransport } from '../../transport/tcp.ts'
import type { Address } from '../../transport/transport.ts'
import { pieceOf } from '../storage/support.ts'
import { sampleTorrent } from '../swarm/sample.ts'

/** Real TCP and real UDP, on loopback. */

const pieces = 3
const { metainfo, data } = sampleTorrent({ pieces })
const host = '127.0.0.1'
const given = {
  tcp: () => ({ transport: tcpTransport() }),
  utp: () => ({ transport: utpTransport() }),
  any: () => ({}),
}

interface Begun {
  readonly has?: boolean
  readonly peers?: readonly Address[]
  readonly port?: number
  readonly clock?: Clock
}

/** A torrent that is stopped when the test ends. */
function begin(
  by: keyof typeof given,
  { has = false, peers = [], port = 0, clock = systemClock }: Begun = {},
): Torrent {
  const store = openMemoryStore(metainfo)
  for (let index = 0; has && index < pieces; index++) store.put(index, pieceOf(metainfo, data, index), () => undefined)
  const torrent = createTorrent({ metainfo, store, listen: { host, port }, peers, clock, ...given[by]() })
  torrent.done.catch(() => undefined)
  onTestFinished(() => torrent.stop())
  torrent.start()
  return torrent
}

/** The first event of a type, or the first that fits. */
const first = <Type extends TorrentEmitted['type']>(
  torrent: Torrent,
  type: Type,
  fits: (event: Extract<TorrentEmitted, { type: Type }>) => boolean = () => true,
) =>
  new Promise<Extract<TorrentEmitted, { type: Type }>>((resolve) =>
    torrent.on(type, (event) => {
      if (fits(event)) resolve(event)
    }),
  )

const peerThatIs = async (torrent: Torrent, state: 'open' | 'closed') =>
  (await first(torrent, 'peer', ({ peer }) => peer.state === state)).peer

/** Listens by TCP, or binds UDP, on a port of its own until the test ends. */
async function squat(kind: 'tcp' | 'udp'): Promise<number> {
  if (kind === 'udp') {
    const socket = createSocket('udp4').bind(0, host)
    onTestFinished(() => void socket.close())
    await once(socket, 'listening')
    const { port } = socket.address()
    // Another test may have TCP there.
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, host, () => probe.close(() => resolve(true)))
    })
    return isFree ? port : squat(kind)
  }
  const server = createServer().listen(0, host)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}

test('what carries the bytes by default is TCP, then uTP', () => {
  expect(kindsOf(defaultTransports())).toEqual(['tcp', 'utp'])
})

describe('by default', () => {
  test('a torrent accepts by TCP and by uTP on one port, and tells of TCP first', async () => {
    const seeder = begin('any', { has: true })
    const told: TorrentEmitted[] = []
    seeder.on('listening', (event) => void told.push(event))
    const { address } = await first(seeder, 'listening', ({ transport }) => transport === 'utp')
    expect(told).toEqual([
      { type: 'listening', transport: 'tcp', address },
      { type: 'listening', transport: 'utp', address },
    ])
    for (const by of ['tcp', 'utp'] as const) {
      const leecher = begin(by, { peers: [address] })
      const open = peerThatIs(leecher, 'open')
      await leecher.done
      expect(await open).toMatchObject({ transport: by })
    }
  })

  test('so does a session', async () => {
    const session = createSession({ listen: { host, port: 0 } })
    onTestFinished(() => session.stop())
    const told: [string, number][] = []
    const both = new Promise<void>((resolve) =>
      session.on('listening', ({ transport, address }) => {
        if (told.push([transport, address.port]) === 2) resolve()
      }),
    )
    session.start()
    await both
    const [[, port] = []] = told
    expect(told).toEqual([
      ['tcp', port],
      ['utp', port],
    ])
  })

  test.each([
    ['TCP alone, by that', 'tcp', { transport: 'tcp' }],
    ['uTP alone, by that', 'utp', { transport: 'utp', attempts: [{ transport: 'tcp', reason: 'transport.refused' }] }],
    ['both, by TCP', 'any', { transport: 'tcp' }],
  ] as const)('a torrent is downloaded from a host that speaks %s', async (_, spoken, seen) => {
    const { address } = await first(begin(spoken, { has: true }), 'listening')
    const leecher = begin('any', { peers: [address] })
    const open = peerThatIs(leecher, 'open')
    await leecher.done
    expect(await open).toMatchObject(seen)
    expect('attempts' in (await open)).toBe('attempts' in seen)
  })

  test('a dial to an address where nobody is says how each transport failed', async () => {
    const hurried: Clock = {
      now: () => systemClock.now() * 60,
      setTimeout: (run, ms) => systemClock.setTimeout(run, ms / 60),
      clearTimeout: systemClock.clearTimeout,
    }
    const gone = begin('any')
    const { address } = await first(gone, 'listening')
    await gone.stop()
    expect(await peerThatIs(begin('any', { peers: [address], clock: hurried }), 'closed')).toMatchObject({
      reason: 'timeout.connect',
      attempts: [
        { transport: 'tcp', reason: 'transport.refused' },
        { transport: 'utp', reason: 'timeout.connect' },
      ],
    })
  })

  test('a torrent whose port is taken of UDP warns, and goes on by TCP', async () => {
    const port = await squat('udp')
    const seeder = begin('any', { has: true, port })
    const { message } = await first(seeder, 'warning')
    expect(message).toMatch(new RegExp(`^cannot listen by utp: .*EADDRINUSE.*${port}`))
    const leecher = begin('any', { peers: [{ host, port }] })
    const open = peerThatIs(leecher, 'open')
    await leecher.done
    expect(await open).toMatchObject({ transport: 'tcp' })
  })

  test('a torrent whose port is taken of TCP fails, and leaves UDP free', async () => {
    const port = await squat('tcp')
    const { error } = await first(begin('any', { port }), 'failed')
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
    await first(begin('utp', { port }), 'listening')
  })
})

test('by uTP alone a torrent whose port is taken fails, and says so', async () => {
  const port = await squat('udp')
  const { error } = await first(begin('utp', { port }), 'failed')
  expect(error).toMatchObject({ code: 'EADDRINUSE' })
  expect(error.message).toContain(String(port))
})

test('a torrent does not dial itself, whatever carries it', async () => {
  for (const by of ['any', 'utp'] as const) {
    const torrent = begin(by)
    const { address } = await first(torrent, 'listening')
    torrent.addPeer(address)
    expect(await peerThatIs(torrent, 'closed')).toMatchObject({ reason: 'local.self_connection' })
  }
})
