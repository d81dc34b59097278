import { expect, test } from 'vitest'
import { chokeRoundMs } from '../../../machines/torrent/choke-round.ts'
import { downloading, meet, sent } from './a-torrent.ts'

const interested = (torrent: ReturnType<typeof downloading>, host: string) => {
  const peer = meet(torrent, host, [0])
  peer.report({ type: 'wire.interested' })
  return peer
}

test('a slot that is free is its own at once for whoever becomes interested', () => {
  const torrent = downloading([1], { slots: 1 })
  expect(sent(interested(torrent, 'b').told, 'send.unchoke')).toHaveLength(1)
  expect(sent(interested(torrent, 'c').told, 'send.unchoke')).toEqual([])
})

test('a peer that is not interested is not unchoked, and loses its slot with the next round', () => {
  const torrent = downloading([1], { slots: 1 })
  const idle = meet(torrent, 'idle', [0])
  const first = interested(torrent, 'b')
  const second = interested(torrent, 'c')
  first.report({ type: 'wire.not_interested' })
  torrent.clock.advance(chokeRoundMs)
  expect(sent(idle.told, 'send.unchoke')).toEqual([])
  expect(sent(first.told, 'send.choke')).toHaveLength(1)
  expect(sent(second.told, 'send.unchoke')).toHaveLength(1)
})

test('a round that changes nothing says nothing', () => {
  const torrent = downloading([1])
  const peer = interested(torrent, 'b')
  torrent.clock.advance(10 * chokeRoundMs)
  expect(sent(peer.told, 'send.unchoke')).toHaveLength(1)
  expect(sent(peer.told, 'send.choke')).toEqual([])
})

test('the one that gives most keeps its slot when there are more than slots', () => {
  const torrent = downloading([1], { slots: 2 })
  const giver = interested(torrent, 'giver')
  const others = ['c', 'd', 'e'].map((host) => interested(torrent, host))
  giver.report({ type: 'wire.unchoke' })
  giver.report({ type: 'wire.piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }], at: 1_000 })
  giver.report({ type: 'timer.tick', at: 2_000, silentInMs: 0, silentOutMs: 0 })
  for (let round = 0; round < 3; round++) torrent.clock.advance(chokeRoundMs)
  expect(sent(giver.told, 'send.choke')).toEqual([])
  expect(others.filter(({ record }) => !record.amChoking)).toHaveLength(1)
})
