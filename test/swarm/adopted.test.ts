import { describe, expect, test, vi } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { createPeer, type Peer } from '../../actors/peer.ts'
import { trialMs } from '../../machines/torrent/connections/usefulness.ts'
import { Blacklist } from '../../machines/torrent/trust/blacklist.ts'
import { seededRandom } from '../../transport/random.ts'
import { persistedOf } from '../persisted.ts'
import { uncaughtIn } from '../uncaught.ts'
import { addressOf, createSwarm, type Member, type Swarm } from './swarm.ts'

/** A door of somebody's own at the host `door`: what is done with each peer that comes in, once it names its torrent, `welcome` says. */
async function openDoorOf({ network, clock }: Swarm, welcome: (peer: Peer) => void): Promise<Peer[]> {
  const peers: Peer[] = []
  await network.transport('door').listen(addressOf('door'), (connection) => {
    const peer = createPeer({ to: connection, clock, random: seededRandom(77), encryption: 'none' })
    peer.on('peer.identified', () => welcome(peer))
    peers.push(peer)
  })
  return peers
}

/** Such a door where each is handed to a torrent. */
const openDoor = (swarm: Swarm, owner: () => Member): Promise<Peer[]> =>
  openDoorOf(swarm, (peer) => peer.setTorrent(owner().torrent))

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
  expect(leecher.torrent.peers).toEqual([])
  expect(swarm.clock.pending).toBe(0)
})

test('a torrent that is not running takes nobody, and one that is full has no place', async () => {
  for (const [starts, reason] of [
    [false, 'stopped'],
    [true, 'no_place'],
  ] as const) {
    const swarm = createSwarm({ encryption: 'none' })
    const friend = swarm.add('friend')
    const owner = swarm.add('owner', { has: [0], listens: false, maxPeers: 1, knows: ['friend'] })
    const dialler = swarm.add('dialler', { has: 'all', knows: ['door'] })
    const guests = await openDoor(swarm, () => owner)
    friend.torrent.start()
    await swarm.until(() => friend.emittedOf('listening').length > 0)
    if (starts) {
      owner.torrent.start()
      await swarm.until(() => friend.torrent.progress.pieces === 1)
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
  expect(guests[0]?.actor.getSnapshot().context.peerId).toBe(persistedOf(owner.torrent).peerId)
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

/** A torrent with one peer of its own, number 0, and a guest that knocks at the door. */
async function withFriend(options: { readonly maxPeers?: number; readonly blacklist?: Blacklist } = {}) {
  const swarm = createSwarm({ encryption: 'none' })
  const friend = swarm.add('friend')
  const owner = swarm.add('owner', { has: [1], listens: false, knows: ['friend'], ...options })
  const dialler = swarm.add('dialler', { has: [0], knows: ['door'] })
  friend.torrent.start()
  await swarm.until(() => friend.emittedOf('listening').length > 0)
  owner.torrent.start()
  await swarm.until(() => friend.torrent.progress.pieces === 1)
  return { swarm, friend, owner, dialler }
}

test('a torrent does not keep a peer whose actor is stopped before it hears that it was taken', async () => {
  const { swarm, friend, owner, dialler } = await withFriend()
  const guests = await openDoorOf(swarm, (peer) => {
    peer.setTorrent(owner.torrent)
    peer.actor.stop()
  })
  dialler.torrent.start()
  await swarm.until(() => owner.emittedOf('crashed').length > 0)
  expect(guests[0]?.actor.getSnapshot().context.owner).toBeUndefined()
  expect([owner, friend].map(({ torrent }) => torrent.peers.map(({ state }) => state))).toEqual([['open'], ['open']])
  await swarm.stop()
})

test('a peer ends with the actor of its torrent also before it hears that it was taken', async () => {
  const { swarm, owner, dialler } = await withFriend()
  const guests = await openDoorOf(swarm, (peer) => {
    peer.setTorrent(owner.torrent)
    owner.torrent.actor.stop()
  })
  dialler.torrent.start()
  await swarm.until(() => guests.length > 0 && guests[0]?.actor.getSnapshot().status === 'stopped', 1_000)
  await swarm.stop()
})

const banned = new Blacklist()
banned.add({ host: 'dialler', port: 1 })

test.each([
  ['no_place', { maxPeers: 1 }],
  ['blacklisted', { blacklist: banned }],
])('a peer that is refused costs nobody the connection: %s', async (code, options) => {
  const { swarm, friend, owner, dialler } = await withFriend(options)
  const guests = await openDoor(swarm, () => owner)
  dialler.torrent.start()
  await swarm.pass(trialMs + 2_000)
  expect(guests[0]?.actor.getSnapshot()).toMatchObject({
    status: 'stopped',
    context: { closeReason: { source: 'local', code } },
  })
  expect(owner.emittedOf('crashed')).toEqual([])
  // It comes again, as whoever is turned away, and is another newcomer.
  expect([owner, friend].map(({ torrent }) => torrent.peers[0]?.state)).toEqual(['open', 'open'])
  await swarm.stop()
})

test('a peer is given to one torrent, also from inside a listener, and another is none the worse', async () => {
  const { swarm, friend, owner: other, dialler } = await withFriend()
  const owner = swarm.add('first', { listens: false })
  const refusals: unknown[] = []
  const guests = await openDoorOf(swarm, (peer) => {
    peer.setTorrent(owner.torrent)
    for (const { torrent } of [owner, other]) {
      try {
        peer.setTorrent(torrent)
      } catch (error) {
        refusals.push(error)
      }
    }
  })
  owner.torrent.start()
  dialler.torrent.start()
  await swarm.until(() => owner.torrent.peers[0]?.state === 'open')
  const refusal = expect.objectContaining({
    message: expect.stringMatching(/the peer belongs to [0-9a-f]{40} already/),
  })
  expect(refusals).toEqual([refusal, refusal])
  expect([owner, other].map(({ torrent }) => torrent.peers.length)).toEqual([1, 1])
  await swarm.settled(owner.torrent.stop())
  expect(guests[0]?.actor.getSnapshot().status).toBe('stopped')
  expect(other.emittedOf('crashed')).toEqual([])
  expect(friend.torrent.peers.map(({ state }) => state)).toEqual(['open'])
  await swarm.stop()
})

test('a torrent that is told more than once to take a peer takes it once', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const owner = swarm.add('owner', { listens: false })
  swarm.add('dialler', { has: [0], knows: ['door'] })
  const takes = (ref: AnyActorRef) => owner.torrent.actor.send({ type: 'torrent.take_peer', ref })
  const guests = await openDoorOf(swarm, ({ actor }) => {
    takes(actor)
    takes(actor)
  })
  swarm.start()
  await swarm.until(() => owner.torrent.peers[0]?.state === 'open')
  for (const { actor } of guests) takes(actor)
  expect(owner.torrent.peers).toHaveLength(1)
  await swarm.stop()
})

test('a torrent takes no peer that belongs to another', async () => {
  const { swarm, owner: other, dialler } = await withFriend()
  const owner = swarm.add('first', { listens: false })
  const guests = await openDoor(swarm, () => owner)
  owner.torrent.start()
  dialler.torrent.start()
  await swarm.until(() => owner.torrent.peers[0]?.state === 'open')
  for (const { actor } of guests) {
    const ref: AnyActorRef = actor
    other.torrent.actor.send({ type: 'torrent.take_peer', ref })
  }
  expect(other.torrent.peers).toHaveLength(1)
  await swarm.stop()
})

describe('a peer that was adopted', () => {
  /** A blacklist that throws from when it is told to, so that the torrent that asks it has a defect. */
  class Brittle extends Blacklist {
    defect: Error | undefined
    override hasAddress(address: Parameters<Blacklist['hasAddress']>[0]): boolean {
      if (this.defect) throw this.defect
      return super.hasAddress(address)
    }
  }

  async function adopted() {
    const swarm = createSwarm({ encryption: 'none' })
    const blacklist = new Brittle()
    const owner = swarm.add('owner', { listens: false, blacklist })
    const dialler = swarm.add('dialler', { has: [0], knows: ['door'] })
    const [guest] = await (async () => {
      const guests = await openDoor(swarm, () => owner)
      swarm.start()
      await swarm.until(() => owner.torrent.peers[0]?.state === 'open')
      return guests
    })()
    if (!guest) throw new Error('nobody came')
    return { swarm, blacklist, owner, dialler, guest }
  }

  test("ends with its torrent's actor, and its socket with it", async () => {
    const { swarm, owner, dialler, guest } = await adopted()
    const send = vi.spyOn(owner.torrent.actor, 'send')
    owner.torrent.actor.stop()
    expect(guest.actor.getSnapshot().status).toBe('stopped')
    expect(send).not.toHaveBeenCalled()
    await swarm.pass(1_000)
    expect(dialler.emittedOf('peer').map(({ peer }) => peer.state)).toContain('closed')
    await swarm.stop()
  })

  test('ends when the code of its torrent throws, which is reported once', async () => {
    const { swarm, blacklist, owner, dialler, guest } = await adopted()
    const defect = new Error('a defect')
    blacklist.defect = defect
    expect(await uncaughtIn(() => owner.torrent.addPeer(addressOf('nobody')))).toEqual([defect])
    expect(guest.actor.getSnapshot().status).toBe('stopped')
    swarm.clock.advance(1_000)
    expect(dialler.emittedOf('peer').map(({ peer }) => peer.state)).toContain('closed')
    dialler.torrent.actor.stop()
  })

  test('is explained without its torrent once the actor of that is over', async () => {
    const { swarm, owner, guest } = await adopted()
    const why = () => guest.explain().upload.map(({ code }) => code)
    const before = why()
    owner.torrent.actor.stop()
    expect([before, why()]).toEqual([['nothing_to_offer'], ['not_interested']])
    await swarm.stop()
  })

  test('is watched by its torrent, and watches it, no longer than it lives', async () => {
    const { swarm, owner, guest } = await adopted()
    const observers: Set<unknown> = Reflect.get(owner.torrent.actor, 'observers')
    const before = observers.size
    guest.stop()
    await swarm.until(() => guest.actor.getSnapshot().status === 'stopped')
    expect(observers.size).toBe(before - 1)
    expect(owner.emittedOf('crashed')).toEqual([])
    await swarm.stop()
  })

  const breakDown = ({ actor }: Peer) => actor.send({ type: 'torrent.note_pieces', pieces: undefined as never })

  test('and whose code throws is buried by its torrent', async () => {
    const { swarm, owner, guest } = await adopted()
    expect(await uncaughtIn(() => breakDown(guest))).toEqual([])
    expect(guest.actor.getSnapshot().status).toBe('error')
    expect([owner.emittedOf('crashed').length, owner.torrent.peers.length]).toEqual([1, 0])
    await swarm.stop()
  })
})

test('what the code of a peer throws that no torrent keeps is not kept quiet', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  const owner = swarm.add('owner', { listens: false })
  const dialler = swarm.add('dialler', { has: [0], knows: ['door'] })
  const guests = await openDoor(swarm, () => owner)
  owner.torrent.actor.stop()
  dialler.torrent.start()
  await swarm.until(() => guests[0]?.explain().upload[0]?.code === 'awaiting_adoption')
  const uncaught = await uncaughtIn(() => {
    guests[0]?.actor.send({ type: 'torrent.adopt', membership: undefined as never })
  })
  expect(uncaught).toEqual([expect.any(TypeError)])
  await swarm.stop()
})
