import { describe, expect, test } from 'vitest'
import { describeLoss } from '../../../../machines/torrent/core/withdrawing.ts'
import { type aTorrent, downloading, meet, piecesOf, sent, stateOf } from '../a-torrent.ts'

type Torrent = ReturnType<typeof aTorrent>

const have = ({ core }: Torrent) => [...core.have.indexes()]
/** How it stands, and whether pieces are hashed anew. */
const state = (torrent: Torrent) => `${stateOf(torrent)}; ${torrent.actor.getSnapshot().value.recheck}`
const lose = (torrent: Torrent, pieces: readonly number[], isThere = false) =>
  torrent.hear({ type: 'storage.lost', pieces: piecesOf(pieces), isThere, message: 'b is gone' })
const recheckOf = (torrent: Torrent) => torrent.toStorage.filter(({ type }) => type === 'storage.recheck')
const found = (
  torrent: Torrent,
  pieces: readonly number[],
  right: readonly number[],
  { isWished = false, isOver = true, recheck = 1 } = {},
) => {
  const wrong = pieces.filter((index) => !right.includes(index))
  torrent.hear({
    type: 'storage.rechecked',
    recheck,
    pieces: piecesOf(pieces),
    right,
    wrong,
    isOver,
    isWished,
  })
}

describe('pieces that are lost', () => {
  test('are ours no longer, and those of their files that were missing are not asked for', () => {
    const torrent = downloading([0, 1])
    const peer = meet(torrent, 'b', [2, 3])
    peer.report({ type: 'wire.unchoke' })
    expect(sent(peer.told, 'send.request').length).toBeGreaterThan(0)
    lose(torrent, [1, 2])
    expect([have(torrent), peer.record.wanted]).toEqual([[0], 1])
    expect(torrent.core.picker.wants(2)).toBe(false)
    const cancelled = peer.told.flatMap((command) => (command.type === 'send.cancel' ? command.requests : []))
    expect(new Set(cancelled.map(({ index }) => index))).toEqual(new Set([2]))
    lose(torrent, [3])
    expect([sent(peer.told, 'send.not_interested').length, state(torrent)]).toEqual([1, 'partial; idle'])
  })

  test('are hashed anew when their file is there, and the rest of it is fetched when all that was ours is right', () => {
    const torrent = downloading([0, 1])
    lose(torrent, [1, 2], true)
    expect([state(torrent), recheckOf(torrent).length]).toEqual(['fetching; hashing', 1])
    found(torrent, [1, 2], [1])
    expect([have(torrent), torrent.core.picker.wants(2), state(torrent)]).toEqual([[0, 1], true, 'fetching; idle'])
  })

  test('stay lost with the rest of their file when one of them is wrong, until their owner asks', () => {
    const torrent = downloading([0, 1])
    lose(torrent, [1, 2], true)
    found(torrent, [1, 2], [])
    expect([have(torrent), torrent.core.picker.wants(1), torrent.core.picker.wants(2)]).toEqual([[0], false, false])
    torrent.actor.send({ type: 'torrent.recheck' })
    found(torrent, [0, 1, 2, 3], [0], { isWished: true, recheck: 2 })
    expect([torrent.core.picker.wants(1), torrent.core.picker.wants(2), state(torrent)]).toEqual([
      true,
      true,
      'fetching; idle',
    ])
  })

  test('are taken up when they verify, also such as were written by another program', () => {
    const torrent = downloading([0])
    torrent.actor.send({ type: 'torrent.recheck' })
    found(torrent, [0, 1, 2, 3], [0, 1, 2, 3], { isWished: true })
    expect([have(torrent), state(torrent)]).toEqual([[0, 1, 2, 3], 'complete, rotation; idle'])
  })
})

test('a recheck is over with the last of those that were asked for', () => {
  const torrent = downloading([0, 1, 2, 3])
  lose(torrent, [0], true)
  lose(torrent, [1], true)
  found(torrent, [0], [0])
  expect(state(torrent)).toEqual('partial; hashing')
  found(torrent, [1], [1], { recheck: 2 })
  expect(state(torrent)).toEqual('complete, rotation; idle')
})

test('the owner is told what it costs', () => {
  expect(describeLoss('b is gone', { served: 1, fetched: 0 })).toBe(
    'b is gone: 1 piece is no longer served until the torrent is checked again',
  )
  expect(describeLoss('b is gone', { served: 3, fetched: 2 })).toBe(
    'b is gone: 3 pieces are no longer served, 2 pieces are not fetched until the torrent is checked again',
  )
})
