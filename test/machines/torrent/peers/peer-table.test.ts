import { describe, expect, test } from 'vitest'
import { type AnyActorRef, createActor, fromCallback } from 'xstate'
import { peerIdOf } from '../../../../machines/peer/peer-view.ts'
import { incomingPerHostMax, type PeerRecord, Swarm } from '../../../../machines/torrent/peers/peer-table.ts'
import { aPeer } from '../a-peer.ts'

const link = { address: { host: '10.0.0.1', port: 1 }, direction: 'out', kind: 'memory' } as const

describe('the places of peers', () => {
  test('are numbers that are never used again, in slots that are', () => {
    const swarm = new Swarm()
    const first = swarm.add(link, 100).record
    swarm.remove(first)
    const second = swarm.add(link, 100).record
    expect([first.peer, second.peer]).toEqual([0, 1])
    expect(second.home).toEqual(first.home)
  })

  test('begin with the number that is said', () => {
    const swarm = new Swarm(7)
    expect([swarm.nextPeer, swarm.add(link, 100).record.peer]).toEqual([7, 7])
  })

  test('are not taken by peers that live elsewhere', () => {
    const swarm = new Swarm()
    swarm.remove(swarm.adopt(link, 100, undefined))
    expect(swarm.add(link, 100)).toMatchObject({ record: { peer: 1 }, place: { group: 0, slot: 0 }, opensGroup: true })
  })
})

test('members are counted, connections that are not open yet, or were let go, are not', () => {
  const swarm = new Swarm()
  const [a] = [swarm.add(link, 100).record, swarm.add(link, 100).record]
  expect(swarm.openCount).toBe(0)
  a.isMember = true
  expect(swarm.openCount).toBe(1)
  a.isMember = false
  expect(swarm.openCount).toBe(0)
})

test('a peer is found by its actor, once that is known and until it is forgotten', () => {
  const swarm = new Swarm()
  const ref: AnyActorRef = createActor(fromCallback(() => undefined))
  const record = swarm.adopt(link, 100, undefined)
  expect(swarm.of(ref)).toBeUndefined()
  record.ref = ref
  expect(swarm.of(ref)).toBe(record)
  swarm.remove(record)
  expect(swarm.of(ref)).toBeUndefined()
})

/** One makes its handshake, as the peer of this name. */
function says(record: PeerRecord, name: string) {
  const actor = aPeer(record.link, name.repeat(20))
  record.ref = actor
  return actor
}

describe('a twin is another connection to the same peer id', () => {
  /** Two that hold places. */
  function two(names: readonly [string, string]) {
    const swarm = new Swarm()
    const [a, b] = [swarm.add(link, 100).record, swarm.add(link, 100).record]
    const actors = [says(a, names[0]), says(b, names[1])]
    for (const record of [a, b]) swarm.place(record)
    return { swarm, a, b, actors }
  }

  test('that is not ending', () => {
    const { swarm, a, b, actors } = two(['aa', 'aa'])
    expect([swarm.twinOf(a), swarm.twinOf(b)]).toEqual([b, a])
    actors[1]?.send({ type: 'torrent.close', code: 'stopped' })
    expect([swarm.twinOf(a), swarm.twinOf(b)]).toEqual([undefined, a])
  })

  test('and not one to another', () => {
    const { swarm, a, b } = two(['aa', 'bb'])
    expect([swarm.twinOf(a), swarm.twinOf(b)]).toEqual([undefined, undefined])
  })

  test('that was admitted: of two whose handshakes come together the first to be admitted goes on', () => {
    const swarm = new Swarm()
    const [a, b] = [swarm.add(link, 100).record, swarm.add(link, 100).record]
    for (const record of [a, b]) says(record, 'aa')
    expect(swarm.twinOf(a)).toBeUndefined()
    swarm.place(a)
    expect(swarm.twinOf(b)).toBe(a)
  })
})

describe('a peer that left and came back', () => {
  /** Two peers of one host, the first of which leaves; a peer that comes then is looked for. */
  function swarmWith(host: string) {
    const swarm = new Swarm()
    const from = (port: number, peerId: string) => {
      const { record } = swarm.add({ ...link, address: { host, port } }, 100)
      says(record, peerId)
      return record
    }
    const gone = from(1, 'aa')
    const neighbour = from(2, 'bb')
    swarm.remove(gone)
    const departed = { address: gone.link.address, peerId: peerIdOf(gone), nextPeer: swarm.nextPeer }
    return { from, neighbour, back: () => swarm.successorOf(departed) }
  }

  test('is found by its host and peer id, whatever the port, while it is not ending', () => {
    const { from, back } = swarmWith('10.0.0.1')
    const record = from(3, 'aa')
    expect(back()).toBe(record)
    record.ref?.send({ type: 'torrent.close', code: 'stopped' })
    expect(back()).toBeUndefined()
  })

  test('is none of its neighbours, be they there all the time or new', () => {
    const { from, neighbour, back } = swarmWith('10.0.0.1')
    from(3, 'cc')
    expect(back()).toBeUndefined()
    says(neighbour, 'aa')
    expect(back()).toBeUndefined()
  })

  test('is none from another host that has its peer id; on loopback, from another port', () => {
    const { from, back } = swarmWith('127.0.0.1')
    from(3, 'aa')
    expect(back()).toBeUndefined()
    const again = from(1, 'aa')
    expect(back()).toBe(again)
  })
})

describe('half-open connections', () => {
  const incoming = { ...link, direction: 'in' } as const

  test('hold no place until their handshake is done, and then until they are forgotten', () => {
    const swarm = new Swarm()
    const [out, first, second] = [link, incoming, incoming].map((one) => swarm.add(one, 100).record)
    expect([swarm.halfOpen('out'), swarm.halfOpen('in'), swarm.placed()]).toEqual([1, 2, 0])
    if (!out || !first || !second) throw new Error('they are not there')
    swarm.place(first)
    swarm.place(out)
    swarm.place(out)
    expect([swarm.halfOpen('out'), swarm.halfOpen('in'), swarm.placed()]).toEqual([0, 1, 2])
    expect([swarm.placed('out'), swarm.placed('in'), second.holdsPlace]).toEqual([1, 1, false])
    for (const record of [out, first, second]) swarm.remove(record)
    expect([swarm.halfOpen('in'), swarm.placed('out'), swarm.placed()]).toEqual([0, 0, 0])
  })

  test('go in the order they came in, those that we dial never', () => {
    const swarm = new Swarm()
    const [, first, second] = [link, incoming, incoming].map((one) => swarm.add(one, 100).record)
    expect([0, 1, 2].map(() => swarm.takeOldestHalfOpen())).toEqual([first, second, undefined])
    expect(swarm.halfOpen('out')).toBe(1)
  })
})

describe('room for connections from one host', () => {
  const from = (host: string, port = 1) => ({ address: { host, port }, direction: 'in', kind: 'memory' }) as const

  /** How many are accepted from a host. */
  function accepted(host: string, perHost?: number): number {
    const swarm = new Swarm()
    swarm.add(link, 100)
    for (let i = 0; i < 60; i++) {
      if (!swarm.hasRoomFor({ host, port: i + 1 }, perHost)) return i
      swarm.add(from(host, i + 1), 100)
    }
    return Number.POSITIVE_INFINITY
  }

  test('is there for two, beside one we dialled, or as many as the caller says', () => {
    expect(accepted('10.0.0.1')).toBe(incomingPerHostMax)
    expect([1, 3, 50].map((perHost) => accepted('10.0.0.1', perHost))).toEqual([1, 3, 50])
  })

  test('is that of the host, however it is spelt, and of the 64 bits of an IPv6 subscriber', () => {
    const swarm = new Swarm()
    for (const host of ['2001:db8::1', '2001:DB8:0::2']) swarm.add(from(host), 100)
    expect(swarm.hasRoomFor({ host: '2001:db8:0:0::1', port: 9 })).toBe(false)
    expect(swarm.hasRoomFor({ host: '2001:db8::99', port: 9 })).toBe(false)
    expect(swarm.hasRoomFor({ host: '2001:db8:0:1::2', port: 9 })).toBe(true)
  })

  test.each(['127.0.0.1', '::1', 'localhost'])('is there for all of %s unless the caller says otherwise', (host) => {
    expect(accepted(host)).toBe(Number.POSITIVE_INFINITY)
    expect(accepted(host, 3)).toBe(3)
  })
})

test('an address is known while its peer is there', () => {
  const swarm = new Swarm()
  const { record } = swarm.add(link, 100)
  expect(swarm.addressOf(record.peer)).toEqual(link.address)
  swarm.remove(record)
  expect(swarm.addressOf(record.peer)).toBeUndefined()
})
