import { expect, test } from 'vitest'
import { Drive, opening, openPeer } from '../drive.ts'

test('a connection starts with us not interested (BEP 3)', () => {
  expect(openPeer().value.am_interested).toBe('not_interested')
})

test('interested and not_interested are said once each', () => {
  const peer = openPeer()
  expect(peer.take({ type: 'torrent.not_interested' }).sent).toEqual([])
  expect(peer.take({ type: 'torrent.interested' }).sent).toEqual([{ type: 'send.interested' }])
  expect(peer.take({ type: 'torrent.interested' }).sent).toEqual([])
  expect(peer.value.am_interested).toBe('interested')
  expect(peer.take({ type: 'torrent.not_interested' }).sent).toEqual([{ type: 'send.not_interested' }])
  expect(peer.value.am_interested).toBe('not_interested')
})

test('no interest is told before the connection is open', () => {
  const peer = new Drive()
  for (const step of opening()) {
    expect(peer.take({ type: 'torrent.interested' }).sent).toEqual([])
    peer.take(step)
  }
  expect(peer.value.am_interested).toBe('not_interested')
})

test('nor is it taken back after the end', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.interested' }, { type: 'torrent.close', code: 'requested' })
  expect(peer.take({ type: 'torrent.not_interested' }).sent).toEqual([])
  expect(peer.value.am_interested).toBe('interested')
})

test('interest of ours leaves the flag of the remote alone', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.interested' })
  expect(peer.value.peer_interested).toBe('not_interested')
})
