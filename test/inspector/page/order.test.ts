import { expect, test } from 'vitest'
import { arranged, nextOrder, type Order } from '../../../inspector/page/order.ts'
import { banned, peerId, peerRow } from './made-up.ts'

const byAddress: Order = { by: 'address', descending: false }
const addresses = (...all: string[]) => all.map((address, i) => peerRow(i, { address }))

test('addresses are in the order of their numbers, not of their digits', () => {
  const rows = arranged(addresses('10.0.0.10:1', '10.0.0.9:1', '9.0.0.1:1'), '', byAddress)
  expect(rows.map(({ address }) => address)).toEqual(['9.0.0.1:1', '10.0.0.9:1', '10.0.0.10:1'])
})

test('equal peers stand by number, whichever way the column is sorted', () => {
  const peers = [2, 0, 1].map((i) => peerRow(i, { client: 'same' }))
  for (const descending of [true, false]) {
    expect(arranged(peers, '', { by: 'client', descending }).map(({ id }) => id)).toEqual([0, 1, 2].map(peerId))
  }
})

test('a column of quantities begins with the most, one of words with the first', () => {
  expect(nextOrder(byAddress, 'rateDown')).toEqual({ by: 'rateDown', descending: true })
  expect(nextOrder({ by: 'rateDown', descending: true }, 'client')).toEqual({ by: 'client', descending: false })
  expect(nextOrder(byAddress, 'address')).toEqual({ by: 'address', descending: true })
})

test('a search finds peers by flags, as the chart names them, and by why they closed', () => {
  const peers = [peerRow(0, { amChoking: true }), peerRow(1, { amChoking: false }), peerRow(2, banned)]
  const found = (search: string) => arranged(peers, search, byAddress).map(({ id }) => id)
  expect(found('am_choking')).toContain(peerId(0))
  expect(found('am_choking')).not.toContain(peerId(1))
  expect(found('LOCAL.banned')).toEqual([peerId(2)])
})
