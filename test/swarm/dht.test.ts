import { expect, test } from 'vitest'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { Address } from '../../transport/transport.ts'
import { createFakeDht } from '../fake-dht.ts'
import { dialRaw, listenRaw, type Script } from '../hostile/raw-peer.ts'
import { giverOf, torrentThatIs } from './giver.ts'
import { addressOf, createSwarm, type Member } from './swarm.ts'

const told = (member: Member) =>
  member.emittedOf('dht').map(({ state, ...more }) => `${state}${'peers' in more ? ` ${more.peers}` : ''}`)

test('two torrents that know no address meet by the DHT, and one downloads from the other', async () => {
  const swarm = createSwarm({ pieces: 2 })
  const dht = createFakeDht(swarm.clock)
  const seeder = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1'), has: 'all' })
  const leecher = swarm.add('192.0.2.2', { dht: dht.node('192.0.2.2') })
  seeder.torrent.start()
  await swarm.until(() => told(seeder).includes('ok 0'))
  expect(seeder.torrent.dht).toMatchObject({ state: 'waiting', peers: 0, nodes: 8, announced: 8 })
  leecher.torrent.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(told(leecher).slice(0, 2)).toEqual(['searching', 'ok 1'])
  await swarm.stop()
  expect(dht.open.size).toBe(0)
})

test('a magnet link leads to its metadata by the DHT', async () => {
  const swarm = createSwarm({ pieces: 2 })
  const dht = createFakeDht(swarm.clock)
  const seeder = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1'), has: 'all' })
  const leecher = swarm.add('192.0.2.2', { dht: dht.node('192.0.2.2'), magnet: true })
  seeder.torrent.start()
  await swarm.until(() => told(seeder).includes('ok 0'))
  leecher.torrent.start()
  await swarm.until(() => leecher.emittedOf('metadata').length > 0)
  await swarm.stop()
})

test('a private torrent is never searched for, nor announced (BEP 27)', async () => {
  const swarm = createSwarm({ torrent: torrentThatIs(true) })
  const dht = createFakeDht(swarm.clock)
  const member = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1'), has: [0] })
  member.torrent.start()
  await swarm.pass(90_000)
  expect([dht.searched, member.torrent.dht, told(member)]).toEqual([[], undefined, []])
  expect(member.torrent.explain().download.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('the torrent is private, and asks no DHT'),
  )
  await swarm.stop()
})

test('a magnet link whose torrent turns out to be private is searched for no more, and what was found is forgotten', async () => {
  const swarm = createSwarm({ encryption: 'none', torrent: torrentThatIs(true) })
  const dht = createFakeDht(swarm.clock)
  // Nobody is there: it is dialled again and again until it is forgotten.
  dht.node('192.0.2.7').search(swarm.metainfo.infoHash, 6881, { found() {}, lookedUp() {}, done() {}, failed() {} })
  await swarm.pass(1_000)
  listenRaw(swarm, '192.0.2.1', giverOf(swarm.metainfo.infoBytes))
  const leecher = swarm.add('192.0.2.2', { dht: dht.node('192.0.2.2'), magnet: true })
  swarm.start()
  await swarm.until(() => leecher.dialled.includes('192.0.2.7:6881'))
  leecher.torrent.addPeer(addressOf('192.0.2.1'))
  await swarm.until(() => leecher.state === 'downloading')
  const dials = leecher.dialled.length
  await swarm.pass(90_000)
  expect(leecher.torrent.dht?.state).toBe('renounced')
  expect(dht.searched.filter((one) => one.startsWith('192.0.2.2'))).toHaveLength(1)
  expect(leecher.dialled.slice(dials)).not.toContain('192.0.2.7:6881')
  await swarm.stop()
})

test('a torrent that pauses is not searched for until it goes on, and one that no node answers says so', async () => {
  const swarm = createSwarm({ pieces: 2 })
  const dht = createFakeDht(swarm.clock)
  dht.setDown(true)
  const member = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1') })
  member.torrent.start()
  await swarm.until(() => told(member).includes('failed'))
  await swarm.pass(1_000)
  expect(member.torrent.explain().download.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('no tracker is named; the DHT failed: no node has answered'),
  )
  member.torrent.pause()
  const { length } = dht.searched
  await swarm.pass(90_000)
  expect([dht.searched.length, member.torrent.dht?.state]).toEqual([length, 'resting'])
  dht.setDown(false)
  member.torrent.resume()
  await swarm.until(() => told(member).includes('ok 0'))
  await swarm.stop()
})

/** A scripted peer that names nodes of the DHT on its host; by default it has said that it has one. */
const nodeOwner = (ports: readonly number[], dht = true): Script => ({
  features: { extended: false, fast: true, dht },
  greets: [{ name: 'have_none' }, ...ports.map((port) => ({ name: 'port', port }) as const)],
})

const portsTold = (peers: readonly ScriptedRemote[]) =>
  peers.flatMap((peer) => peer.all('port').map(({ port }) => port))

test('a peer that has a node of the DHT learns of ours, and ours of its own, of one a minute (BEP 5)', async () => {
  const swarm = createSwarm({ pieces: 2, encryption: 'none' })
  const dht = createFakeDht(swarm.clock)
  const having = listenRaw(swarm, '192.0.2.7', nodeOwner([7001, 7002, 7003]))
  const lacking = listenRaw(swarm, '192.0.2.8', nodeOwner([8001], false))
  const coming = { dht: dht.node('192.0.2.1'), knows: ['192.0.2.7', '192.0.2.8'] }
  const { torrent } = swarm.add('192.0.2.1', coming)
  swarm.start()
  await swarm.until(() => torrent.peers.filter(({ state }) => state === 'open').length === 2)
  const dialling = dialRaw(swarm, '192.0.2.9', '192.0.2.1', nodeOwner([9001]))
  await swarm.pass(2_000)
  expect([portsTold(having), portsTold(lacking), portsTold([dialling])]).toEqual([[6881], [], [6881]])
  expect(dht.named).toEqual(['192.0.2.7:7001', '192.0.2.9:9001'])
  await swarm.pass(60_000)
  for (const peer of having) peer.say({ name: 'port', port: 7004 }, { name: 'port', port: 7005 })
  await swarm.pass(1_000)
  expect(dht.named.slice(2)).toEqual(['192.0.2.7:7004'])
  await swarm.stop()
})

test('peers that are there before our node is open are told of it then', async () => {
  const swarm = createSwarm({ pieces: 2, encryption: 'none' })
  const node = createFakeDht(swarm.clock).node('192.0.2.1')
  const opened = new Promise<Address>((resolve) => {
    swarm.clock.setTimeout(() => resolve({ host: '0.0.0.0', port: 7 }), 5_000)
  })
  const having = listenRaw(swarm, '192.0.2.7', nodeOwner([]))
  const { torrent } = swarm.add('192.0.2.1', { dht: { ...node, opened }, knows: ['192.0.2.7'] })
  swarm.start()
  await swarm.until(() => torrent.peers.some(({ state }) => state === 'open'))
  expect(portsTold(having)).toEqual([])
  await swarm.pass(6_000)
  expect(portsTold(having)).toEqual([7])
  await swarm.stop()
})

test('of a private torrent no peer learns of our node, nor ours of theirs (BEP 27), also when a magnet link leads to it', async () => {
  const swarm = createSwarm({ encryption: 'none', torrent: torrentThatIs(true) })
  const dht = createFakeDht(swarm.clock)
  const giver = { ...giverOf(swarm.metainfo.infoBytes), features: { extended: true, fast: true, dht: true } }
  const givers = listenRaw(swarm, '192.0.2.7', giver)
  const privately = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1'), knows: ['192.0.2.7'] })
  swarm.start()
  await swarm.until(() => privately.torrent.peers.some(({ state }) => state === 'open'))
  for (const peer of givers) peer.say({ name: 'port', port: 7001 })
  await swarm.pass(2_000)
  expect([portsTold(givers), dht.named]).toEqual([[], []])

  const leecher = swarm.add('192.0.2.2', { dht: dht.node('192.0.2.2'), magnet: true, knows: ['192.0.2.7'] })
  leecher.torrent.start()
  await swarm.until(() => leecher.state === 'downloading')
  for (const peer of givers) peer.say({ name: 'port', port: 7002 })
  const late = dialRaw(swarm, '192.0.2.9', '192.0.2.2', nodeOwner([9001]))
  await swarm.pass(2_000)
  expect([late.all('have_none').length, portsTold([late]), dht.named]).toEqual([1, [], []])
  await swarm.stop()
})

test('nodes that the file of a torrent names are asked (BEP 5), and none of a private one', async () => {
  const namedOf = async (isPrivate: boolean) => {
    const swarm = createSwarm({ torrent: torrentThatIs(isPrivate, { nodes: [['192.0.2.9', 6881]] }) })
    const dht = createFakeDht(swarm.clock)
    const member = swarm.add('192.0.2.1', { dht: dht.node('192.0.2.1'), has: [0] })
    member.torrent.start()
    await swarm.pass(5_000)
    await swarm.stop()
    return dht.named
  }
  expect(await namedOf(false)).toEqual(['192.0.2.9:6881'])
  expect(await namedOf(true)).toEqual([])
})
