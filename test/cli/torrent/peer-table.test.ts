import { expect, test } from 'vitest'
import { peerTable } from '../../../cli/torrent/peer-table.ts'
import { peerSummary } from '../fake-torrent.ts'

test('the foremost peers are the ten fastest, and of those that stand still the ones that exchanged most', () => {
  const peers = Array.from({ length: 12 }, (_, i) =>
    peerSummary({ address: { host: '127.0.0.1', port: 1 + i }, rateDown: i < 6 ? 0 : i, rateUp: 0, downloaded: i }),
  )
  const { rows, foremost } = peerTable(peers)
  const ports = (some: typeof rows = []) => some.map(([name]) => Number(name?.match(/:(\d+) /)?.[1]))
  expect(ports(rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(ports(foremost)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
})

test('every column but the peer may go', () => {
  const { head, dispensable } = peerTable([])
  expect([...dispensable, 'peer'].sort()).toEqual([...head].sort())
})
