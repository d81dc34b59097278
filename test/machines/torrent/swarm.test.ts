import { describe, expect, test } from 'vitest'
import { type AnyActorRef, createActor, fromCallback } from 'xstate'
import { incomingPerHostMax, Swarm } from '../../../machines/torrent/swarm.ts'

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

  test('are not taken by peers that live elsewhere', () => {
    const swarm = new Swarm()
    swarm.remove(swarm.adopt(link, 100, undefined))
    expect(swarm.add(link, 100)).toMatchObject({ record: { peer: 1 }, place: { group: 0, slot: 0 }, opensGroup: true })
  })
})

test('open connections are counted, others are not', () => {
  const swarm = new Swarm()
  const [a, b, c] = [swarm.add(link, 100).record, swarm.add(link, 100).record, swarm.add(link, 100).record]
  a.state = 'open'
  b.state = 'closing'
  expect([swarm.openCount, c.state]).toEqual([1, 'connecting'])
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

test('a twin is another connection to the same peer id that is not closing', () => {
  const swarm = new Swarm()
  const [a, b] = [swarm.add(link, 100).record, swarm.add(link, 100).record]
  a.peerId = b.peerId = 'aa'
  expect(swarm.twinOf(a)).toBe(b)
  b.state = 'closing'
  expect(swarm.twinOf(a)).toBeUndefined()
  expect(swarm.twinOf(b)).toBe(a)
  a.peerId = 'bb'
  expect(swarm.twinOf(b)).toBeUndefined()
})

describe('a peer that left and came back', () => {
  /** Two peers of one host, the first of which leaves; whoever comes then is looked for. */
  function swarmWith(host: string) {
    const swarm = new Swarm()
    const from = (port: number, peerId: string) => {
      const { record } = swarm.add({ ...link, address: { host, port } }, 100)
      record.peerId = peerId
      return record
    }
    const gone = from(1, 'aa')
    const neighbour = from(2, 'bb')
    swarm.remove(gone)
    const departed = { address: gone.link.address, peerId: gone.peerId, nextPeer: swarm.nextPeer }
    return { from, neighbour, back: () => swarm.successorOf(departed) }
  }

  test('is found by its host and peer id, whatever the port, while it is not closing', () => {
    const { from, back } = swarmWith('10.0.0.1')
    const record = from(3, 'aa')
    expect(back()).toBe(record)
    record.state = 'closing'
    expect(back()).toBeUndefined()
  })

  test('is none of its neighbours, be they there all the time or new', () => {
    const { from, neighbour, back } = swarmWith('10.0.0.1')
    from(3, 'cc')
    expect(back()).toBeUndefined()
    neighbour.peerId = 'aa'
    expect(back()).toBeUndefined()
  })

  test('is nobody from another host who has its peer id; on loopback, from another port', () => {
    const { from, back } = swarmWith('127.0.0.1')
    from(3, 'aa')
    expect(back()).toBeUndefined()
    const again = from(1, 'aa')
    expect(back()).toBe(again)
  })
})

describe('a place for whoever dials us', () => {
  const from = (host: string, port = 1) => ({ address: { host, port }, direction: 'in', kind: 'memory' }) as const

  /** How many are accepted, each from the next host unless one is named. */
  function accepted(maxPeers: number, { waiting = 0, outgoing = 0, host = '' } = {}): number {
    const swarm = new Swarm()
    for (let i = 0; i < outgoing; i++) swarm.add(link, 100)
    for (let i = 0; ; i++) {
      const { address } = from(host || `10.0.1.${i}`, i + 1)
      if (!swarm.hasPlaceFor(address, { maxPeers, waiting })) return i
      swarm.add(from(address.host, address.port), 100)
    }
  }

  test('is any of them while there is nobody to dial', () => {
    expect([1, 2, 55].map((maxPeers) => accepted(maxPeers))).toEqual([1, 2, 55])
  })

  test('is none of those kept for addresses to dial: as many as there are, at most a third', () => {
    expect([1, 2, 5, 54].map((waiting) => accepted(55, { waiting }))).toEqual([54, 53, 50, 37])
    expect([1, 2, 3, 4].map((maxPeers) => accepted(maxPeers, { waiting: 9 }))).toEqual([1, 2, 2, 3])
  })

  test('is not kept again for what is dialled already', () => {
    expect(accepted(6, { outgoing: 1 })).toBe(5)
    expect(accepted(6, { outgoing: 2, waiting: 9 })).toBe(4)
    expect(accepted(6, { outgoing: 4, waiting: 9 })).toBe(2)
  })

  test('is there for a few of one host, however it is spelt, and beside one we dialled', () => {
    expect(accepted(55, { host: '10.0.0.1', outgoing: 1 })).toBe(incomingPerHostMax)
    const swarm = new Swarm()
    for (const host of ['2001:db8::1', '2001:DB8:0::1']) swarm.add(from(host), 100)
    const places = { maxPeers: 55, waiting: 0 }
    expect(swarm.hasPlaceFor({ host: '2001:db8:0:0::1', port: 9 }, places)).toBe(false)
    expect(swarm.hasPlaceFor({ host: '2001:db8:0:1::2', port: 9 }, places)).toBe(true)
  })

  test('is there for as few of one IPv6 subscriber, who has 64 bits of addresses', () => {
    const swarm = new Swarm()
    const places = { maxPeers: 55, waiting: 0 }
    for (let i = 1; i <= incomingPerHostMax; i++) {
      expect(swarm.hasPlaceFor({ host: `2001:db8::${i}`, port: i }, places)).toBe(true)
      swarm.add(from(`2001:db8::${i}`, i), 100)
    }
    expect(swarm.hasPlaceFor({ host: '2001:db8::99', port: 9 }, places)).toBe(false)
  })

  test.each(['127.0.0.1', '::1', 'localhost'])('is there for all of %s: there each is another peer', (host) => {
    expect(accepted(55, { host })).toBe(55)
  })
})

test('an address is known while its peer is there', () => {
  const swarm = new Swarm()
  const { record } = swarm.add(link, 100)
  expect(swarm.addressOf(record.peer)).toEqual(link.address)
  swarm.remove(record)
  expect(swarm.addressOf(record.peer)).toBeUndefined()
})
