import { expect, test } from 'vitest'
import { Drive, opening, openPeer } from '../drive.ts'

test('a connection starts with the peer choking us (BEP 3)', () => {
  expect(openPeer().value.peer_choking).toBe('choking')
})

test('unchoke tells how many requests the peer could take: 4 at first (libtorrent)', () => {
  const peer = openPeer()
  expect(peer.take({ type: 'wire.unchoke' }).told).toEqual([{ type: 'peer.unchoked', peer: 7, room: 4 }])
  expect(peer.value.peer_choking).toBe('not_choking')
})

test('a repeated unchoke changes nothing (libtorrent repeats it on purpose)', () => {
  const peer = openPeer()
  peer.take({ type: 'wire.unchoke' })
  expect(peer.take({ type: 'wire.unchoke' }).told).toEqual([])
})

test('choke is told once', () => {
  const peer = openPeer()
  peer.take({ type: 'wire.unchoke' })
  expect(peer.take({ type: 'wire.choke' }).told).toEqual([{ type: 'peer.choked', peer: 7 }])
  expect(peer.value.peer_choking).toBe('choking')
  expect(peer.take({ type: 'wire.choke' }).told).toEqual([])
})

test('the word of the remote counts only between its handshake and the end', () => {
  const peer = new Drive()
  for (const step of opening()) {
    expect(peer.take({ type: 'wire.unchoke' }).told).toEqual([])
    peer.take(step)
  }
  expect(peer.value.peer_choking).toBe('choking')
  peer.take({ type: 'wire.unchoke' }, { type: 'torrent.close', code: 'requested' })
  expect(peer.take({ type: 'wire.choke' }).told).toEqual([])
  expect(peer.value.peer_choking).toBe('not_choking')
})
