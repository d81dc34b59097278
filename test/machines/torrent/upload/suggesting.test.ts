import { describe, expect, test } from 'vitest'
import { chokeRoundMs } from '../../../../machines/torrent/choking/algorithm/choke-round.ts'
import { noteServed } from '../../../../machines/torrent/upload/suggesting.ts'
import { shown, superSeeder } from '../a-super-seeder.ts'
import { downloading, meet, sent } from '../a-torrent.ts'

const suggested = ({ told }: ReturnType<typeof meet>) =>
  sent(told, 'send.suggest_piece').flatMap((command) => (command.type === 'send.suggest_piece' ? command.index : []))

/** Blocks were read for a peer. */
function serve(torrent: ReturnType<typeof downloading>, peer: ReturnType<typeof meet>, ...indexes: number[]) {
  for (const index of indexes) {
    const blocks = [{ index, begin: 0, data: new Uint8Array(16_384) }]
    torrent.hear({ type: 'storage.blocks', peer: peer.record.peer, blocks })
  }
}

function leecher(torrent: ReturnType<typeof downloading>, host: string, pieces: readonly number[] = []) {
  const peer = meet(torrent, host, pieces)
  peer.report({ type: 'wire.interested' })
  return peer
}

describe('with each choke round', () => {
  test('peers are suggested what was served last: two pieces a round, the newest first, each once', () => {
    const torrent = downloading([0, 1, 2, 3])
    const peer = leecher(torrent, 'b')
    serve(torrent, peer, 0, 1, 2)
    expect(suggested(peer)).toEqual([])
    torrent.clock.advance(chokeRoundMs)
    expect(suggested(peer)).toEqual([2, 1])
    torrent.clock.advance(chokeRoundMs)
    expect(suggested(peer)).toEqual([2, 1, 0])
    serve(torrent, peer, 1)
    torrent.clock.advance(5 * chokeRoundMs)
    expect(suggested(peer)).toEqual([2, 1, 0])
  })

  test('no peer is suggested a piece that it has', () => {
    const torrent = downloading([0, 1, 2, 3])
    const peer = leecher(torrent, 'b', [1])
    serve(torrent, peer, 0, 1)
    peer.report({ type: 'wire.have', index: 0 })
    torrent.clock.advance(chokeRoundMs)
    expect(suggested(peer)).toEqual([])
  })

  test('nothing is suggested to a peer that we choke, or that wants nothing', () => {
    const torrent = downloading([0, 1, 2, 3], { slots: 1 })
    const first = leecher(torrent, 'b')
    const choked = leecher(torrent, 'c')
    const idle = meet(torrent, 'd', [])
    serve(torrent, first, 0)
    first.report({ type: 'wire.choke' })
    torrent.clock.advance(chokeRoundMs)
    const unchoked = [first, choked].filter(({ record }) => record.uploadSlot !== 'none')
    expect(unchoked).toHaveLength(1)
    expect([first, choked].filter((peer) => suggested(peer).length > 0)).toEqual(unchoked)
    expect(suggested(idle)).toEqual([])
  })
})

test('of what was served eight pieces are remembered', () => {
  const torrent = downloading()
  for (let index = 0; index < 20; index++) noteServed(torrent.core, index)
  expect(torrent.core.served).toEqual([19, 18, 17, 16, 15, 14, 13, 12])
})

test('a super-seeder suggests nothing but what it has offered: it would give away that it has more (BEP 16)', () => {
  const torrent = superSeeder()
  const peers = ['b', 'c'].map((host) => {
    const peer = meet(torrent, host, [])
    peer.report({ type: 'wire.interested' })
    return peer
  })
  for (const peer of peers) serve(torrent, peer, ...shown(peer))
  torrent.clock.advance(chokeRoundMs)
  torrent.clock.advance(chokeRoundMs)
  expect(peers.map((peer) => shown(peer).length)).toEqual([2, 2])
  for (const peer of peers) expect([...suggested(peer)].sort()).toEqual([...shown(peer)].sort())
})
