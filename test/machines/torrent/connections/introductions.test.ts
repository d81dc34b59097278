import { expect, test } from 'vitest'
import { addressesMax } from '../../../../machines/torrent/connections/address-book.ts'
import { Introductions, toldByMax } from '../../../../machines/torrent/connections/introductions.ts'

const here = { host: '2001:db8::1', port: 6881 }

test('the peers that told of an address, the latest first, each once, and no more than it takes', () => {
  const introductions = new Introductions()
  for (const peer of [1, 2, 1, 3]) introductions.note(here, peer)
  expect(introductions.toldBy({ ...here, host: '2001:DB8:0::1' })).toEqual([3, 1, 2])
  for (let peer = 10; peer < 20; peer++) introductions.note(here, peer)
  expect(introductions.toldBy(here)).toHaveLength(toldByMax)
  expect(introductions.toldBy({ ...here, port: 1 })).toEqual([])
})

test('of very many addresses those longest known are forgotten', () => {
  const introductions = new Introductions()
  const nth = (n: number) => ({ host: `10.0.${n >> 8}.${n & 255}`, port: 6881 })
  for (let n = 0; n <= addressesMax; n++) {
    introductions.note(nth(n), 1)
    introductions.call(nth(n))
  }
  expect([0, 1].map((n) => introductions.toldBy(nth(n)))).toEqual([[], [1]])
  expect([0, 1].map((n) => introductions.takeCall(nth(n)))).toEqual([false, true])
})

test('a call is answered once', () => {
  const introductions = new Introductions()
  introductions.call(here)
  expect([introductions.takeCall(here), introductions.takeCall(here)]).toEqual([true, false])
})
