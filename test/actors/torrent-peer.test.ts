import { expect, test } from 'vitest'
import { isOpen } from '../../machines/peer/selectors.ts'
import { addressOf, createSwarm, type MemberOptions } from '../swarm/swarm.ts'

/** A seeder and one that downloads from it for some seconds. */
async function aPair(options: MemberOptions = {}) {
  const swarm = createSwarm({ bytesPerSecond: 20_000, latencyMs: 10 })
  const seeder = swarm.add('seeder', { has: 'all', ...options })
  const leecher = swarm.add('leecher', { knows: ['seeder'] })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.downloaded > 0)
  const peer = leecher.torrent.peer(addressOf('seeder'))
  if (!peer) throw new Error('there is no connection')
  return { swarm, seeder, leecher, peer }
}

test('a connection is found by its address: how it stands, its actor, and why nothing flows', async () => {
  const { swarm, leecher, peer } = await aPair()
  expect(peer.summary).toEqual(leecher.torrent.peers[0])
  expect(isOpen(peer.actor.getSnapshot())).toBe(true)
  expect(peer.explain()).toEqual({ download: [], upload: expect.any(Array) })
  expect(leecher.torrent.peer({ host: 'seeder', port: 1 })).toBeUndefined()
  expect(leecher.torrent.peer(addressOf('stranger'))).toBeUndefined()
  expect(() => leecher.torrent.peer({ host: '', port: 1 })).toThrow(RangeError)
  await swarm.stop()
})

test('close ends it without a ban, and it is not dialled again unless it is told of anew', async () => {
  const { swarm, leecher, peer } = await aPair()
  peer.close()
  await swarm.until(() => leecher.torrent.peers.length === 0)
  expect(peer.summary).toMatchObject({ state: 'closed', reason: 'local.requested' })
  expect(leecher.torrent.blacklist.size).toBe(0)
  expect(leecher.torrent.peer(addressOf('seeder'))).toBeUndefined()
  const { length } = leecher.dialled
  await swarm.pass(600_000)
  expect(leecher.dialled).toHaveLength(length)
  // It changes nothing any more.
  peer.close()
  leecher.torrent.addPeer(addressOf('seeder'))
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  await swarm.stop()
})

test('ban ends it for a reason, and keeps it out until that is taken back', async () => {
  const { swarm, seeder, leecher, peer } = await aPair()
  peer.ban('sends nonsense')
  await swarm.until(() => leecher.torrent.peers.length === 0)
  expect(peer.summary).toMatchObject({ state: 'closed', reason: 'local.blacklisted' })
  expect(leecher.torrent.blacklist.entries).toMatchObject([
    { address: addressOf('seeder'), reason: 'sends nonsense', at: expect.any(Number), evidence: [] },
  ])
  expect(leecher.emittedOf('banned')).toEqual([
    {
      type: 'banned',
      address: addressOf('seeder'),
      reputation: expect.any(Number),
      reason: 'sends nonsense',
      evidence: [],
    },
  ])
  expect(leecher.emittedOf('banned')[0]?.reputation).toBe(peer.summary.reputation)
  leecher.torrent.addPeer(addressOf('seeder'))
  seeder.torrent.addPeer(addressOf('leecher'))
  await swarm.pass(60_000)
  expect(leecher.torrent.progress.peers).toBe(0)
  leecher.torrent.blacklist.remove(addressOf('seeder'))
  leecher.torrent.addPeer(addressOf('seeder'))
  await swarm.settled(leecher.torrent.done)
  await swarm.stop()
})

test('an address is banned also after its connection has ended', async () => {
  const { swarm, leecher, peer } = await aPair()
  peer.close()
  await swarm.until(() => leecher.torrent.peers.length === 0)
  peer.ban('came late')
  expect(leecher.torrent.blacklist.hasAddress(addressOf('seeder'))).toBe(true)
  await swarm.stop()
})

test('a reason is text; of a torrent that was stopped nobody is closed or banned', async () => {
  const { swarm, leecher, peer } = await aPair()
  expect(() => Reflect.apply(peer.ban, peer, [5])).toThrow(TypeError)
  await swarm.settled(leecher.torrent.stop())
  expect(() => peer.close()).toThrow('the torrent was stopped')
  expect(() => peer.ban('no')).toThrow('the torrent was stopped')
  expect(peer.summary).toMatchObject({ state: 'closed', reason: 'local.stopped' })
  await swarm.stop()
})
