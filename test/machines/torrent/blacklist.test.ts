import { describe, expect, test } from 'vitest'
import { Blacklist, keyOf } from '../../../machines/torrent/blacklist.ts'

const peerId = '2d'.repeat(20)

describe('the key of a remote', () => {
  test('is its host, in one spelling', () => {
    expect(keyOf({ host: '2001:DB8:0::1', port: 1 })).toBe(keyOf({ host: '2001:db8::1', port: 2 }))
    expect(keyOf({ host: '::ffff:10.0.0.1', port: 1 })).toBe(keyOf({ host: '10.0.0.1', port: 2 }))
    expect(keyOf({ host: '10.0.0.1', port: 1 })).not.toBe(keyOf({ host: '10.0.0.2', port: 1 }))
  })

  test.each(['127.0.0.1', '::1', 'localhost'])('on %s is host and port', (host) => {
    expect(keyOf({ host, port: 1 })).toBe(keyOf({ host, port: 1 }))
    expect(keyOf({ host, port: 1 })).not.toBe(keyOf({ host, port: 2 }))
  })
})

describe('who is banned', () => {
  test('is banned in every spelling', () => {
    const list = new Blacklist()
    list.add({ host: '2001:DB8::1', port: 1 }, '')
    expect(list.hasAddress({ host: '2001:db8::1', port: 2 })).toBe(true)
  })

  test('is banned on every port of its host: an incoming connection has a new one each time', () => {
    const list = new Blacklist()
    list.add({ host: '10.0.0.1', port: 6881 }, '')
    expect(list.hasAddress({ host: '10.0.0.1', port: 50_000 })).toBe(true)
    expect(list.hasAddress({ host: '10.0.0.2', port: 6881 })).toBe(false)
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1'])(
    'on %s is banned on its port alone: its neighbours are others',
    (host) => {
      const list = new Blacklist()
      list.add({ host, port: 6881 }, '')
      expect(list.hasAddress({ host, port: 6881 })).toBe(true)
      expect(list.hasAddress({ host, port: 6882 })).toBe(false)
    },
  )

  test('on loopback is banned by peer id too, if it told one: it may come back from another port', () => {
    const list = new Blacklist()
    list.add({ host: '127.0.0.1', port: 6881 }, peerId)
    list.add({ host: '127.0.0.1', port: 6882 }, '')
    expect(list.hasPeerId(peerId)).toBe(true)
    expect(list.hasPeerId('2e'.repeat(20))).toBe(false)
    expect(list.hasPeerId('')).toBe(false)
  })

  test('elsewhere takes nobody with it whose peer id it had borrowed', () => {
    const list = new Blacklist()
    list.add({ host: '10.0.0.1', port: 6881 }, peerId)
    expect(list.hasPeerId(peerId)).toBe(false)
  })

  test('longest ago is forgotten first, beyond 10,000', () => {
    const list = new Blacklist()
    const host = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    for (let i = 0; i <= 10_000; i++) list.add({ host: host(i), port: 1 }, '')
    expect(list.hasAddress({ host: host(0), port: 1 })).toBe(false)
    expect(list.hasAddress({ host: host(1), port: 1 })).toBe(true)
    expect(list.hasAddress({ host: host(10_000), port: 1 })).toBe(true)
  })
})
