import { describe, expect, test } from 'vitest'
import { downloading, meet, sent } from '../a-torrent.ts'

const block = (index: number, begin: number) => ({ index, begin, data: new Uint8Array(16_384) })

describe('interest is told', () => {
  test('when a peer has a piece we lack, and not when it has none', () => {
    const torrent = downloading([0, 1])
    expect(sent(meet(torrent, 'b', [0, 2]).told, 'send.interested')).toHaveLength(1)
    expect(sent(meet(torrent, 'c', [0, 1]).told, 'send.interested')).toEqual([])
    expect(sent(meet(torrent, 'd', []).told, 'send.interested')).toEqual([])
  })

  test('with the first have of a piece we lack, once', () => {
    const peer = meet(downloading([0]), 'b', [0])
    peer.report({ type: 'wire.have', index: 2 })
    peer.report({ type: 'wire.have', index: 3 })
    expect(sent(peer.told, 'send.interested')).toHaveLength(1)
  })

  test('to be over when the last piece it has that we lacked is ours', () => {
    const torrent = downloading()
    const peer = meet(torrent, 'b', [1])
    const other = meet(torrent, 'c', [1, 2])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.piece', blocks: [block(1, 0), block(1, 16_384)], at: 0 })
    expect(sent(peer.told, 'send.not_interested')).toEqual([])
    torrent.hear({ type: 'storage.verified', index: 1, data: new Uint8Array(32_768), digests: [] })
    expect(sent(peer.told, 'send.not_interested')).toHaveLength(1)
    expect(sent(other.told, 'send.not_interested')).toEqual([])
  })

  test('again when it gets another', () => {
    const torrent = downloading()
    const peer = meet(torrent, 'b', [1])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.piece', blocks: [block(1, 0), block(1, 16_384)], at: 0 })
    torrent.hear({ type: 'storage.verified', index: 1, data: new Uint8Array(32_768), digests: [] })
    peer.report({ type: 'wire.have', index: 0 })
    expect(sent(peer.told, 'send.interested')).toHaveLength(2)
  })
})

test('on a read-only store no peer interests us, and none is asked, whatever a peer says', () => {
  const peer = meet(downloading([0], { readOnly: true }), 'b', [0, 1])
  peer.report({ type: 'wire.have', index: 2 })
  peer.report({ type: 'wire.unchoke' })
  peer.report({ type: 'wire.allowed_fast', index: 3 })
  peer.record.ref?.send({ type: 'torrent.note_dont_have', index: 1 })
  expect(peer.record.wanted).toBe(0)
  expect([sent(peer.told, 'send.interested'), sent(peer.told, 'send.request')]).toEqual([[], []])
})

describe('interest after a piece was withdrawn (BEP 54)', () => {
  test('goes on while another piece is to be had, and ends with the last', () => {
    const torrent = downloading([0])
    const peer = meet(torrent, 'b', [0, 1, 2])
    const lose = (index: number) => peer.record.ref?.send({ type: 'torrent.note_dont_have', index })
    lose(0)
    lose(1)
    lose(1)
    expect([peer.record.wanted, sent(peer.told, 'send.not_interested')]).toEqual([1, []])
    lose(2)
    expect(peer.record.wanted).toBe(0)
    expect(sent(peer.told, 'send.not_interested')).toHaveLength(1)
  })
})
