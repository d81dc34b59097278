import { expect, test } from 'vitest'
import { answersTo, Drive, opening, openPeer, servingPeer, someBlocks } from '../drive.ts'

test('a connection starts with us choking (BEP 3)', () => {
  expect(openPeer().value.am_choking).toBe('choking')
})

test('unchoke is said once', () => {
  const peer = openPeer()
  expect(peer.take({ type: 'torrent.unchoke' }).sent).toEqual([{ type: 'send.unchoke' }])
  expect(peer.value.am_choking).toBe('not_choking')
  expect(peer.take({ type: 'torrent.unchoke' }).sent).toEqual([])
})

test('choke is said once', () => {
  const peer = servingPeer()
  expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([{ type: 'send.choke' }])
  expect(peer.value.am_choking).toBe('choking')
  expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([])
})

test('choke stands on the wire before the rejects it causes (BEP 6)', () => {
  const peer = servingPeer()
  const requests = someBlocks(2)
  peer.take({ type: 'wire.request', requests })
  expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([
    { type: 'send.choke' },
    { type: 'send.reject_request', requests },
  ])
})

test('no word of ours before the connection is open, nor after it closes', () => {
  const steps = opening()
  const peer = new Drive()
  for (const step of steps) {
    expect(peer.take({ type: 'torrent.unchoke' }).sent).toEqual([])
    expect(peer.value.am_choking).toBe('choking')
    peer.take(step)
  }
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(peer.take({ type: 'torrent.unchoke' }).sent).toEqual([])
  expect(peer.value.am_choking).toBe('choking')
})

test('a choke after the end is not said', () => {
  const peer = servingPeer()
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([])
})

test('what the remote says of choking moves only its own flag', () => {
  const peer = openPeer()
  peer.take({ type: 'wire.unchoke' })
  expect(peer.value).toMatchObject({ am_choking: 'choking', peer_choking: 'not_choking' })
})

test('a block read while we choked again is not sent (BEP 3)', () => {
  const peer = servingPeer()
  const requests = someBlocks(1)
  peer.take({ type: 'wire.request', requests }, { type: 'torrent.choke' })
  expect(peer.take({ type: 'torrent.piece', blocks: answersTo(requests) }).sent).toEqual([])
})
