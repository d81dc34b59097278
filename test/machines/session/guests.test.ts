import { expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { Guests, guestsMax, guestsPerHostMax } from '../../../machines/session/guests.ts'

const linkFrom = (host: string) => ({ address: { host, port: 1 }, direction: 'in', kind: 'memory' }) as const
const fill = (guests: Guests, count: number, hostOf: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => guests.add(linkFrom(hostOf(i))).record)

test('a guest has a number that is never used again, and a place that is', () => {
  const guests = new Guests()
  const { record } = guests.add(linkFrom('10.0.0.1'))
  guests.remove(record)
  expect(guests.add(linkFrom('10.0.0.1')).record).toMatchObject({ guest: 1, place: record.place })
})

test('when there are as many guests as may be the oldest goes, once; the adopted do not count', () => {
  const guests = new Guests()
  const records = fill(guests, guestsMax + 1, (i) => `10.0.1.${i}`)
  const torrent = createActor(fromCallback(() => undefined))
  guests.adopt(0, torrent, 7)
  expect(guests.of(torrent)).toEqual([records[0]])
  expect(guests.waiting).toEqual(records.slice(1))
  expect(guests.takeOldest()).toBe(records[1])
  expect(guests.takeOldest()).toBeUndefined()
  guests.add(linkFrom('10.0.0.1'))
  expect(guests.takeOldest()).toBe(records[2])
})

test('one host has so many places, however it is spelt, and so has an IPv6 /64; on loopback each is another', () => {
  const guests = new Guests()
  fill(guests, guestsPerHostMax, () => '10.0.0.1')
  expect(guests.hasRoomFor({ host: '::ffff:10.0.0.1', port: 9 })).toBe(false)
  expect(guests.hasRoomFor({ host: '10.0.0.2', port: 9 })).toBe(true)
  fill(guests, guestsPerHostMax, (i) => `2001:db8::${i + 1}`)
  expect(guests.hasRoomFor({ host: '2001:db8::99', port: 9 })).toBe(false)
  expect(guests.hasRoomFor({ host: '2001:db8:0:1::1', port: 9 })).toBe(true)
  fill(guests, guestsPerHostMax, () => '127.0.0.1')
  expect(guests.hasRoomFor({ host: '127.0.0.1', port: 9 })).toBe(true)
})
