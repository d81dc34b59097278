import { expect, test } from 'vitest'
import { RecentAddresses, recentMax } from '../../../../machines/torrent/connections/recent-addresses.ts'

const at = (port: number) => ({ host: '10.0.0.1', port })

test('an address is there once, however it is spelt', () => {
  const recent = new RecentAddresses()
  recent.add(at(1))
  recent.add({ host: '::ffff:10.0.0.1', port: 1 })
  expect(recent.has(at(1))).toBe(true)
  expect(recent.has(at(2))).toBe(false)
  expect(recent.all).toHaveLength(1)
})

test('the oldest gives way when there are too many', () => {
  const recent = new RecentAddresses()
  for (let port = 1; port <= recentMax; port++) recent.add(at(port))
  recent.add(at(1))
  expect(recent.all).toHaveLength(recentMax)
  recent.add(at(recentMax + 1))
  expect([recent.all.length, recent.all[0], recent.all.at(-1)]).toEqual([recentMax, at(2), at(recentMax + 1)])
})
