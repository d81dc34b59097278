import { describe, expect, test } from 'vitest'
import { Blacklist } from '../../../../machines/torrent/trust/blacklist.ts'

const peerId = '2d'.repeat(20)

describe('a peer that is banned', () => {
  test('is banned in every spelling', () => {
    const list = new Blacklist()
    list.add({ host: '2001:DB8::1', port: 1 })
    expect(list.hasAddress({ host: '2001:db8::1', port: 2 })).toBe(true)
  })

  test('is banned on every port of its host: an incoming connection has a new one each time', () => {
    const list = new Blacklist()
    list.add({ host: '10.0.0.1', port: 6881 })
    expect(list.hasAddress({ host: '10.0.0.1', port: 50_000 })).toBe(true)
    expect(list.hasAddress({ host: '10.0.0.2', port: 6881 })).toBe(false)
  })

  test('is banned with all of its /64 of IPv6, which is one subscriber, and no neighbour of it', () => {
    const list = new Blacklist()
    list.add({ host: '2001:db8:0:1::1', port: 6881 })
    expect(list.hasAddress({ host: '2001:db8:0:1:ffff::2', port: 50_000 })).toBe(true)
    expect(list.hasAddress({ host: '2001:db8:0:2::1', port: 6881 })).toBe(false)
    expect(Blacklist.from(list.toJSON()).hasAddress({ host: '2001:db8:0:1::3', port: 1 })).toBe(true)
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1'])(
    'on %s is banned on its port alone: its neighbours are others',
    (host) => {
      const list = new Blacklist()
      list.add({ host, port: 6881 })
      expect(list.hasAddress({ host, port: 6881 })).toBe(true)
      expect(list.hasAddress({ host, port: 6882 })).toBe(false)
    },
  )

  test('on loopback is banned by peer id too, if it told one: it may come back from another port', () => {
    const list = new Blacklist()
    list.add({ host: '127.0.0.1', port: 6881 }, { peerId })
    list.add({ host: '127.0.0.1', port: 6882 })
    expect(list.hasPeerId(peerId)).toBe(true)
    expect(list.hasPeerId('2e'.repeat(20))).toBe(false)
    expect(list.hasPeerId('')).toBe(false)
  })

  test('elsewhere takes no peer with it that has the peer id it used', () => {
    const list = new Blacklist()
    list.add({ host: '10.0.0.1', port: 6881 }, { peerId })
    expect(list.hasPeerId(peerId)).toBe(false)
  })

  test('longest ago is forgotten first, beyond 10,000', () => {
    const list = new Blacklist()
    const host = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    for (let i = 0; i <= 10_000; i++) list.add({ host: host(i), port: 1 })
    expect(list.hasAddress({ host: host(0), port: 1 })).toBe(false)
    expect(list.hasAddress({ host: host(1), port: 1 })).toBe(true)
    expect(list.hasAddress({ host: host(10_000), port: 1 })).toBe(true)
  })
})

describe('a list', () => {
  const address = { host: '192.0.2.1', port: 6881 }
  const evidence = [{ rule: 'corrupt', change: -20, peer: 3, piece: 7, blocks: [0, 2] }] as const
  const why = { reason: '3 × corrupt (piece 7)', evidence, at: 1_000 }

  test('tells which peers are banned, and why', () => {
    const list = new Blacklist()
    list.add(address, why)
    expect(list.entries).toEqual([{ key: '192.0.2.1', address, peerId: '', ...why }])
    expect(list.size).toBe(1)
  })

  test('lets one in again, or all', () => {
    const list = new Blacklist()
    const home = { host: '127.0.0.1', port: 1 }
    list.add(address)
    list.add(home, { peerId })
    expect([list.remove(address), list.remove(address)]).toEqual([true, false])
    expect([list.hasAddress(address), list.hasAddress(home)]).toEqual([false, true])
    list.remove(home)
    expect(list.hasPeerId(peerId)).toBe(false)
    list.add(home, { peerId })
    list.clear()
    expect([list.hasAddress(home), list.hasPeerId(peerId), list.size]).toEqual([false, false, 0])
  })

  test('comes back from its JSON as it was', () => {
    const list = new Blacklist()
    list.add(address, why)
    list.add({ host: '127.0.0.1', port: 1 }, { peerId, reason: 'by hand' })
    const back = Blacklist.from(JSON.parse(JSON.stringify(list)))
    expect(back.entries).toEqual(list.entries)
    expect(back.hasPeerId(peerId)).toBe(true)
  })

  test('tells its listeners of each ban, until they do not', () => {
    const list = new Blacklist()
    const heard: string[] = []
    const { unsubscribe } = list.subscribe(({ key }) => heard.push(key))
    list.add(address)
    unsubscribe()
    list.add({ host: '192.0.2.2', port: 1 })
    expect(heard).toEqual(['192.0.2.1'])
  })

  test('takes no address that is none', () => {
    expect(() => new Blacklist().add({ host: '', port: 1 })).toThrow(RangeError)
    expect(() => new Blacklist().add({ host: '192.0.2.1', port: 65_536 })).toThrow(RangeError)
  })
})
