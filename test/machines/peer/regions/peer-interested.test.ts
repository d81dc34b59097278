import { expect, test } from 'vitest'
import { Drive, opening, openPeer } from '../drive.ts'

test('a connection starts with the peer not interested (BEP 3)', () => {
  expect(openPeer().value.peer_interested).toBe('not_interested')
})

test('interested and not_interested are told once each', () => {
  const peer = openPeer()
  expect(peer.take({ type: 'wire.not_interested' }).told).toEqual([])
  expect(peer.take({ type: 'wire.interested' }).told).toEqual([{ type: 'peer.interested', peer: 7 }])
  expect(peer.take({ type: 'wire.interested' }).told).toEqual([])
  expect(peer.value.peer_interested).toBe('interested')
  expect(peer.take({ type: 'wire.not_interested' }).told).toEqual([{ type: 'peer.not_interested', peer: 7 }])
  expect(peer.value.peer_interested).toBe('not_interested')
})

test('the word of the remote counts only between its handshake and the end', () => {
  const peer = new Drive()
  for (const step of opening()) {
    expect(peer.take({ type: 'wire.interested' }).told).toEqual([])
    peer.take(step)
  }
  expect(peer.value.peer_interested).toBe('not_interested')
  peer.take({ type: 'wire.interested' }, { type: 'torrent.close', code: 'requested' })
  expect(peer.take({ type: 'wire.not_interested' }).told).toEqual([])
})
