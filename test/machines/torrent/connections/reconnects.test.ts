import { describe, expect, test } from 'vitest'
import { Reconnects, reconnecting } from '../../../../machines/torrent/connections/reconnects.ts'

const address = (host: string, port = 50_000) => ({ host, port })

/** Comes and leaves for nothing, `times` in a row at one time; answers how often it was let in. */
function comeAndGo(reconnects: Reconnects, host: string, times: number, at = 0): number {
  let entered = 0
  for (let i = 0; i < times; i++) {
    if (reconnects.knock(address(host, 40_000 + i), at) !== 'welcome') continue
    entered++
    reconnects.noteVain(address(host, 40_000 + i), at)
  }
  return entered
}

describe('a host that comes again and again for nothing', () => {
  test('is let in so often at once, and so often a second after that', () => {
    const reconnects = new Reconnects()
    expect(comeAndGo(reconnects, '192.0.2.1', 1_000)).toBe(reconnecting.atOnce)
    let entered = 0
    for (let at = 500; at <= 60_000; at += 500) entered += comeAndGo(reconnects, '192.0.2.1', 5, at)
    expect(entered).toBe(60 * reconnecting.perSecond)
  })

  test('is one host from any port, in any spelling, and from all of the IPv6 addresses that it has', () => {
    const reconnects = new Reconnects()
    comeAndGo(reconnects, '192.0.2.1', 100)
    expect(reconnects.knock(address('::ffff:192.0.2.1'), 0)).not.toBe('welcome')
    comeAndGo(reconnects, '2001:db8::1', 100)
    expect(reconnects.knock(address('2001:db8::2:3'), 0)).not.toBe('welcome')
    expect(reconnects.knock(address('2001:db8:0:1::1'), 0)).toBe('welcome')
    expect(reconnects.knock(address('192.0.2.2'), 0)).toBe('welcome')
  })

  test('is news once a row', () => {
    const reconnects = new Reconnects()
    comeAndGo(reconnects, '192.0.2.1', reconnecting.atOnce)
    const knock = (at: number) => reconnects.knock(address('192.0.2.1'), at)
    expect([knock(0), knock(1), knock(2), knock(1_500)]).toEqual([
      'turned_away',
      'turned_away_again',
      'turned_away_again',
      'welcome',
    ])
    reconnects.noteVain(address('192.0.2.1'), 1_500)
    expect(knock(1_500)).toBe('turned_away')
  })

  test('is welcome as ever when it has kept quiet', () => {
    const reconnects = new Reconnects()
    comeAndGo(reconnects, '192.0.2.1', 100)
    expect(comeAndGo(reconnects, '192.0.2.1', 100, 3_600_000)).toBe(reconnecting.atOnce)
  })

  test('on loopback may be that of all clients there, so that fifty times as many come from each address', () => {
    const reconnects = new Reconnects()
    const entered = ['127.0.0.1', '::1', '127.9.9.9'].map((host) => comeAndGo(reconnects, host, 2_000))
    expect(entered).toEqual(Array(3).fill(reconnecting.atOnce * reconnecting.onLoopback))
    expect(comeAndGo(reconnects, '127.0.0.1', 100, 1_000)).toBe(reconnecting.onLoopback)
  })
})

test('a host that came for nothing once, or has not left, is let in', () => {
  const reconnects = new Reconnects()
  for (let i = 0; i < 1_000; i++) expect(reconnects.knock(address('127.0.0.1', i + 1), 0)).toBe('welcome')
  reconnects.noteVain(address('192.0.2.1'), 0)
  expect(reconnects.knock(address('192.0.2.1'), 0)).toBe('welcome')
})

test('of very many hosts that came for nothing the one that was there longest ago is forgotten', () => {
  const reconnects = new Reconnects()
  comeAndGo(reconnects, '192.0.2.1', 100)
  for (let i = 0; i < 1_000; i++) reconnects.noteVain(address(`10.0.${i >> 8}.${i & 255}`), 0)
  expect(reconnects.knock(address('192.0.2.1'), 0)).toBe('welcome')
})
