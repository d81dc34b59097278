import { describe, expect, test } from 'vitest'
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

test('a peer is found by its host, whatever the port, while it is not closing', () => {
  const swarm = new Swarm()
  const { record } = swarm.add(link, 100)
  expect(swarm.at({ ...link.address })).toBe(record)
  expect(swarm.at({ ...link.address, port: 2 })).toBe(record)
  expect(swarm.at({ host: '10.0.0.2', port: 1 })).toBeUndefined()
  record.state = 'closing'
  expect(swarm.at(link.address)).toBeUndefined()
})

test('on loopback a peer is found by its port: its neighbours are others', () => {
  const swarm = new Swarm()
  const address = { host: '127.0.0.1', port: 1 }
  const { record } = swarm.add({ ...link, address }, 100)
  expect(swarm.at({ ...address })).toBe(record)
  expect(swarm.at({ ...address, port: 2 })).toBeUndefined()
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
    expect(swarm.hasPlaceFor({ host: '2001:db8::2', port: 9 }, places)).toBe(true)
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
