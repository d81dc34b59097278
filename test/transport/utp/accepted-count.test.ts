import { expect, test } from 'vitest'
import { AcceptedCount, acceptedMax, acceptedPerHostMax } from '../../../transport/utp/accepted-count.ts'

const at = (host: string) => ({ host, port: 6881 })

test('a host has a share, of any ports; of IPv6 all that begins with the same 64 bits is one host', () => {
  const accepted = new AcceptedCount()
  for (let i = 0; i < acceptedPerHostMax; i++) {
    accepted.add({ host: '192.0.2.1', port: i + 1 })
    accepted.add(at(`2001:db8:0:1::${i.toString(16)}`))
  }
  const hosts = ['192.0.2.1', '2001:db8:0:1::ffff', '192.0.2.2', '2001:db8:0:2::1']
  expect(hosts.map((host) => accepted.hasRoomFor(at(host)))).toEqual([false, false, true, true])
  accepted.remove(at('192.0.2.1'))
  expect(accepted.hasRoomFor(at('192.0.2.1'))).toBe(true)
})

test('all hosts together have so many places', () => {
  const accepted = new AcceptedCount()
  for (let i = 0; i < acceptedMax; i++) accepted.add(at(`192.0.${i >> 8}.${i & 0xff}`))
  expect([accepted.total, accepted.hasRoomFor(at('198.51.100.1'))]).toEqual([acceptedMax, false])
  accepted.remove(at('192.0.0.0'))
  expect([accepted.total, accepted.hasRoomFor(at('198.51.100.1'))]).toEqual([acceptedMax - 1, true])
})
