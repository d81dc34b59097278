import { expect, test } from 'vitest'
import { explainPeer } from '../../../machines/explain/peer.ts'
import { openPeer, requestingPeer, servingPeer, someBlocks, tick } from '../peer/drive.ts'

test('a peer asked a moment ago has no reason: the answer is on its way', () => {
  const peer = requestingPeer(someBlocks(2))
  expect(explainPeer(peer.snapshot, undefined).download).toEqual([])
  peer.take(tick(1_000))
  expect(explainPeer(peer.snapshot, undefined).download).toMatchObject([{ code: 'awaiting_blocks', since: 0 }])
})

test('a state counts from the tick before the word that began it', () => {
  const peer = openPeer()
  peer.take(tick(1_000), { type: 'wire.have_all' }, { type: 'torrent.interested' }, tick(9_000), {
    type: 'wire.unchoke',
  })
  peer.take({ type: 'wire.choke' }, tick(12_000))
  expect(explainPeer(peer.snapshot, undefined).download).toMatchObject([{ code: 'choked', since: 9_000 }])
})

test('a repeated word does not begin it anew', () => {
  const peer = servingPeer()
  peer.take(tick(1_000), { type: 'torrent.choke' }, tick(5_000), { type: 'torrent.choke' })
  expect(explainPeer(peer.snapshot, undefined).upload).toMatchObject([{ code: 'choking', since: 1_000 }])
})

test('congestion that is told again counts from the first time', () => {
  const peer = servingPeer()
  peer.take(tick(1_000), { type: 'transport.congested', isLimited: true }, tick(5_000))
  peer.take({ type: 'transport.congested', isLimited: true })
  expect(explainPeer(peer.snapshot, undefined).upload).toMatchObject([{ code: 'upload_limited', since: 1_000 }])
  peer.take({ type: 'transport.congested' }, tick(5_500))
  expect(explainPeer(peer.snapshot, undefined).upload).toMatchObject([{ code: 'congested', since: 1_000 }])
})
