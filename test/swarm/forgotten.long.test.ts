import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { Clock } from '../../transport/clock.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { encode } from '../../transport/wire/encode.ts'
import { encodeHandshake } from '../../transport/wire/handshake.ts'
import { coreOf } from '../core-of.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { sampleTorrent } from './sample.ts'
import { createSwarm } from './swarm.ts'

const connections = 200

/** Everything a torrent keeps on account of a peer that is there. */
function keptBy(torrent: Torrent) {
  const { children } = torrent.actor.getSnapshot()
  const { swarm, picker, hungry, layout } = coreOf(torrent)
  const groups = Object.entries(children).flatMap(([id, group]) => (id.startsWith('group.') && group ? [group] : []))
  return {
    groups: groups.length,
    actors: groups.flatMap((group) => {
      const snapshot = group.getSnapshot()
      return 'children' in snapshot ? Object.keys(snapshot.children) : []
    }).length,
    records: swarm.peers.size,
    hungry: hungry.size,
    asked: picker.partials.reduce((sum, { requested }) => sum + requested, 0),
    available: Array.from({ length: layout.pieceCount }, (_, index) => picker.availability(index)),
  }
}

const nothing = { actors: 0, records: 0, hungry: 0, asked: 0, available: [0, 0, 0, 0, 0, 0, 0, 0] }

test(`after ${connections} connections that came, were asked for blocks and went, nothing is kept (memory)`, async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { torrent } = swarm.add('a', { maxPeers: 100 })
  swarm.start()
  await swarm.pass(1_500)
  const timers = swarm.clock.pending
  const { peers } = coreOf(torrent).swarm
  const goodbyes: ((raw: ScriptedRemote) => void)[] = [
    (raw) => raw.connection.destroy(),
    (raw) => raw.say({ name: 'bitfield', bits: new Uint8Array(99) }),
    (raw) => raw.say({ name: 'choke' }, { name: 'have', index: 99 }),
    (raw) => raw.send(new Uint8Array([255, 255, 255, 255])),
  ]
  const half = { name: 'bitfield', bits: Uint8Array.of(0b1010_1010) } as const
  for (let count = 0; count < connections; count += 100) {
    const raws = Array.from({ length: 100 }, (_, i) =>
      dialRaw(swarm, `host ${count + i}`, 'a', {
        greets: [i % 2 ? half : { name: 'have_all' }, { name: 'unchoke' }],
      }),
    )
    await swarm.pass(100)
    expect(raws.every((raw) => raw.all('interested').length === 1)).toBe(true)
    expect(keptBy(torrent).asked).toBeGreaterThan(0)
    for (const [i, raw] of raws.entries()) goodbyes[i % goodbyes.length]?.(raw)
    await swarm.until(() => peers.size === 0, 10_000)
  }
  expect(keptBy(torrent)).toMatchObject(nothing)
  // What the raw ends had under way is lost by then.
  await swarm.pass(1_000)
  // As many groups as held them all at once, not as many as there were peers.
  expect(keptBy(torrent).groups).toBe(2)
  expect(swarm.clock.pending).toBe(timers)
  await swarm.stop()
  expect(swarm.clock.pending).toBe(0)
})

test(`after ${connections} connections over TCP no actor, timer or socket is left`, async () => {
  const socketsBefore = countSockets()
  const clock = countingClock()
  const { metainfo } = sampleTorrent()
  const torrent = createTorrent({
    metainfo,
    store: openMemoryStore(metainfo),
    listen: { host: '127.0.0.1', port: 0 },
    maxPeers: 100,
    clock,
  })
  let closed = 0
  let allClosed = () => {}
  torrent.on('peer', ({ peer }) => {
    if (peer.state === 'closed' && ++closed % 100 === 0) allClosed()
  })
  const port = await new Promise<number>((resolve) => {
    torrent.on('listening', ({ address }) => resolve(address.port))
    torrent.start()
  })
  for (let count = 0; count < connections; count += 100) {
    const batchClosed = new Promise<void>((resolve) => {
      allClosed = resolve
    })
    const sockets = await Promise.all(Array.from({ length: 100 }, (_, i) => greet(port, metainfo.infoHash, count + i)))
    for (const [i, socket] of sockets.entries()) {
      if (i % 2) socket.resetAndDestroy()
      else socket.end()
    }
    await batchClosed
    await Promise.all(sockets.map(gone))
  }
  expect(closed).toBe(connections)
  expect(keptBy(torrent)).toMatchObject(nothing)
  await torrent.stop()
  expect(clock.pending).toBe(0)
  // Node frees a handle a turn after it has told that the socket is closed.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(countSockets()).toBe(socketsBefore)
})

/** Speaks, and waits until the torrent has answered. */
async function greet(port: number, infoHash: Uint8Array, number: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  const peerId = new TextEncoder().encode(String(number).padEnd(20, '-'))
  socket.write(encodeHandshake({ features: { extended: false, fast: true, dht: false }, infoHash, peerId }))
  for (const name of ['have_all', 'unchoke'] as const) for (const bytes of encode({ name })) socket.write(bytes)
  await once(socket, 'data')
  return socket
}

async function gone(socket: Socket): Promise<void> {
  socket.destroy()
  if (!socket.closed) await once(socket, 'close')
}

const countSockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length

function countingClock(): Clock & { readonly pending: number } {
  const timers = new Set<unknown>()
  return {
    get pending() {
      return timers.size
    },
    now: () => systemClock.now(),
    setTimeout(run, ms) {
      const timer: unknown = systemClock.setTimeout(() => {
        timers.delete(timer)
        run()
      }, ms)
      timers.add(timer)
      return timer
    },
    clearTimeout(timer) {
      timers.delete(timer)
      systemClock.clearTimeout(timer)
    },
  }
}
