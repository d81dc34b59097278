import { expect, test } from 'vitest'
import { ConnectionLimit } from '../../../machines/torrent/connection-limit.ts'
import { downloading, meet, sent } from './a-torrent.ts'

test('for another torrent the connection that moved the least ends, the newest of those first, and may be dialled again', () => {
  const connections = new ConnectionLimit(3)
  const torrent = downloading([], { connections })
  const peers = ['a', 'b', 'c'].map((host) => meet(torrent, host, [0]))
  peers[2]?.report({ type: 'wire.unchoke' })
  const request = torrent.work.picker.requestsOf(peers[2]?.record.peer ?? -1)[0]
  if (!request) throw new Error('nothing was asked for')
  const { index, begin, length } = request
  peers[2]?.report({ type: 'wire.piece', blocks: [{ index, begin, data: new Uint8Array(length) }], at: 0 })
  expect(connections.join().take(0)).toBe(false)
  torrent.actor.send({ type: 'timer.tick', at: 0 })
  expect(peers.map(({ told }) => sent(told, 'link.end').length)).toEqual([0, 1, 0])
  peers[1]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
  expect(torrent.work.addresses.waiting).toBe(1)
})

test('nothing ends while nobody else is short of places', () => {
  const torrent = downloading([], { connections: new ConnectionLimit(1) })
  const { told } = meet(torrent, 'a', [0])
  torrent.actor.send({ type: 'timer.tick', at: 0 })
  expect(sent(told, 'link.end')).toEqual([])
})
