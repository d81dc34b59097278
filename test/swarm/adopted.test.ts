import { expect, test } from 'vitest'
import { createPeer, type Peer } from '../../actors/peer.ts'
import { seededRandom } from '../../transport/random.ts'
import { addressOf, createSwarm, type Member, type Swarm } from './swarm.ts'

/** A door of somebody's own at the host `door`: each peer that comes in is made there, and handed to a torrent once it names one. */
async function openDoor({ network, clock }: Swarm, owner: () => Member): Promise<Peer[]> {
  const peers: Peer[] = []
  await network.transport('door').listen(addressOf('door'), (connection) => {
    const peer = createPeer({ to: connection, clock, random: seededRandom(77), encryption: 'none' })
    peer.on('peer.identified', () => peer.setTorrent(owner().torrent))
    peers.push(peer)
  })
  return peers
}

test('a peer made by somebody else is adopted by a running torrent, and trades as one of its own', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
  const leecher = swarm.add('leecher', { listens: false })
  swarm.add('seeder', { has: 'all', knows: ['door'] })
  const guests = await openDoor(swarm, () => leecher)
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  expect(await leecher.isWhole()).toBe(true)
  expect(guests).toHaveLength(1)
  await swarm.stop()
  expect(leecher.emittedOf('peer').map(({ peer }) => peer.state)).toEqual(['connecting', 'open', 'closed'])
  expect(guests[0]?.actor.getSnapshot().status).toBe('stopped')
  expect(leecher.torrent.actor.getSnapshot().context.work.swarm.peers.size).toBe(0)
  expect(swarm.clock.pending).toBe(0)
})

test('a torrent that is not running takes nobody, and one that is full has no place', async () => {
  for (const [starts, reason] of [
    [false, 'stopped'],
    [true, 'no_place'],
  ] as const) {
    const swarm = createSwarm({ encryption: 'none' })
    const friend = swarm.add('friend')
    const owner = swarm.add('owner', { listens: false, maxPeers: 1, knows: ['friend'] })
    const dialler = swarm.add('dialler', { has: 'all', knows: ['door'] })
    const guests = await openDoor(swarm, () => owner)
    friend.torrent.start()
    await swarm.until(() => friend.emittedOf('listening').length > 0)
    if (starts) {
      owner.torrent.start()
      await swarm.until(() => owner.torrent.progress.peers === 1)
    }
    dialler.torrent.start()
    await swarm.until(() => guests[0]?.actor.getSnapshot().value.handshake === 'closed')
    expect(guests[0]?.actor.getSnapshot().context.closeReason).toEqual({ source: 'local', code: reason })
    await swarm.stop()
  }
})

test('a torrent that requires encryption adopts no peer in plaintext', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const owner = swarm.add('owner', { listens: false, encryption: 'required' })
  swarm.add('dialler', { has: 'all', knows: ['door'] })
  const guests = await openDoor(swarm, () => owner)
  swarm.start()
  await swarm.until(() => guests[0]?.actor.getSnapshot().value.handshake === 'closed')
  expect(guests[0]?.actor.getSnapshot().context.closeReason).toEqual({ source: 'local', code: 'encryption_required' })
  await swarm.stop()
})

test('an adopted peer speaks under the peer id of the torrent, and with the reputation its address has there', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const owner = swarm.add('owner', { listens: false })
  swarm.add('dialler', { has: 'all', knows: ['door'] })
  const guests = await openDoor(swarm, () => owner)
  swarm.start()
  await swarm.until(() => owner.torrent.progress.peers === 1)
  const { context } = owner.torrent.actor.getSnapshot()
  expect(guests[0]?.actor.getSnapshot().context.peerId).toBe(context.peerId)
  await swarm.stop()
})

test('a torrent that stops does not wait for an adopted peer whose actor somebody stopped', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const owner = swarm.add('owner', { listens: false })
  swarm.add('dialler', { has: [0], knows: ['door'] })
  const guests = await openDoor(swarm, () => owner)
  swarm.start()
  await swarm.until(() => owner.torrent.progress.peers === 1)
  guests[0]?.actor.stop()
  await swarm.pass(1_000)
  expect(owner.torrent.progress.peers).toBe(0)
  await swarm.stop()
})
