import { expect, test } from 'vitest'
import { summarize } from '../../../../machines/torrent/peers/summary.ts'
import { downloading, meet } from '../a-torrent.ts'

test('a peer whose actor does not run yet has no summary', () => {
  const { record } = meet(downloading(), 'b', [0])
  expect(summarize({ ...record, ref: undefined })).toBeUndefined()
})

test('a peer is told as it stands: connecting, open, closed with its reason', () => {
  const torrent = downloading()
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'c', port: 1 } })
  const [dialled] = torrent.core.swarm.peers.values()
  expect(dialled && summarize(dialled)).toMatchObject({ state: 'connecting', client: '', peerId: '', pieces: 0 })

  const peer = meet(torrent, '-TR4040-', [0, 2])
  peer.report({ type: 'wire.unchoke' })
  expect(summarize(peer.record)).toMatchObject({
    address: { host: '-TR4040-', port: 6881 },
    direction: 'out',
    transport: 'memory',
    state: 'open',
    client: expect.stringContaining('Transmission'),
    amInterested: true,
    peerChoking: false,
    pieces: 2,
    reputation: 100,
    blocksInflight: 4,
  })
  expect(summarize(peer.record)).not.toHaveProperty('reason')

  peer.report({ type: 'wire.have', index: 99 })
  expect(summarize(peer.record)).toMatchObject({ state: 'closed', reason: 'remote.have_out_of_range' })
})

test('when payload of a peer last came is told from its first byte on, also within a block', () => {
  const torrent = downloading()
  const peer = meet(torrent, 'b', [0])
  peer.report({ type: 'wire.unchoke' })
  expect(summarize(peer.record)).not.toHaveProperty('payloadAt')
  const underWay = { index: 0, begin: 0 }
  peer.report({ type: 'timer.tick', at: 2000, silentInMs: 50, silentOutMs: 0, underWay })
  expect(summarize(peer.record)).toMatchObject({ downloaded: 0, payloadAt: 1950 })
})
