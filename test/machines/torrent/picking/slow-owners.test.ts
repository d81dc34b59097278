import { describe, expect, test } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { patienceMs, patientRate } from '../../../../machines/torrent/picking/endgame.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { seededRandom } from '../random.ts'

const blocks = 64

/** One piece, and seeders 1 to 3, of which each is idle. */
function picking(): PiecePicker {
  const layout = new Layout({ pieceLength: blocks * blockBytes, length: blocks * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(1), random: seededRandom(1) })
  for (const peer of [1, 2, 3]) picker.addPeer(peer, PieceSet.all(1))
  return picker
}

const give = (picker: PiecePicker, peer: number, count = blocks) => {
  for (const { index, begin, length } of picker.requestsOf(peer).slice(0, count)) {
    picker.receive(peer, index, begin, length)
  }
}

/** Peers 1 and 2 have spoilt the piece twice; its next attempt is firm, and peer 3 owns it. */
function firm(): PiecePicker {
  const picker = picking()
  for (const peer of [1, 2]) picker.pick(peer, blocks / 2)
  for (const peer of [1, 2]) give(picker, peer)
  picker.failed(0, { exclusive: true, avoid: [1, 2] })
  picker.pick(1, blocks)
  picker.pick(2, 1)
  give(picker, 2)
  give(picker, 1)
  picker.failed(0, { exclusive: true, avoid: [1, 2] })
  picker.pick(3, blocks)
  expect(picker.partials).toMatchObject([{ owner: 3, requested: blocks }])
  expect([1, 2].map((peer) => picker.pick(peer, blocks))).toEqual([[], []])
  return picker
}

describe('a firm piece', () => {
  test('is taken from an owner that lets an idle peer wait for longer than a minute, with what it is asked for', () => {
    const picker = firm()
    expect([0, patienceMs].map((at) => picker.takeAway(1, at))).toEqual([undefined, undefined])
    give(picker, 3, 1)
    const requests = picker.requestsOf(3)
    expect(picker.takeAway(1, 2 * patienceMs)).toEqual({ owner: 3, requests })
    expect([picker.requested(3), picker.partials]).toEqual([0, []])
    expect(picker.pick(3, blocks)).toEqual([])
    expect(picker.pick(1, blocks)).toHaveLength(blocks)
    expect(picker.partials).toMatchObject([{ owner: 1, received: 0 }])
    expect(picker.receive(3, 0, blockBytes, blockBytes).accepted).toBe(false)
  })

  test('stays with an owner that is slow as an honest peer may be', () => {
    const picker = firm()
    picker.takeAway(1, 0)
    give(picker, 3, blocks / 2)
    const earnedMs = ((blocks / 2) * blockBytes * 1000) / patientRate
    expect(picker.takeAway(1, patienceMs + earnedMs)).toBeUndefined()
    expect(picker.takeAway(1, patienceMs + earnedMs + 1)).toMatchObject({ owner: 3 })
  })

  test('gives an owner that was too slow before twice the time, so that the slowest complete it', () => {
    const picker = firm()
    picker.takeAway(1, 0)
    picker.takeAway(1, patienceMs + 1)
    for (const peer of [1, 2]) picker.removePeer(peer)
    picker.addPeer(4, PieceSet.all(1))
    expect(picker.pick(3, blocks)).toHaveLength(blocks)
    picker.takeAway(4, 100_000)
    expect(picker.takeAway(4, 100_000 + 2 * patienceMs)).toBeUndefined()
    expect(picker.takeAway(4, 100_001 + 2 * patienceMs)).toMatchObject({ owner: 3 })
  })

  test.each<[string, (picker: PiecePicker) => unknown]>([
    ['its own owner', (picker) => picker.takeAway(3, 200_000)],
    [
      'that would refuse a block of it',
      (picker) => picker.takeAway(1, 200_000, { refused: (_, begin) => begin === 0 }),
    ],
    ['that chokes us', (picker) => picker.takeAway(1, 200_000, { allowed: new Set() })],
    [
      'that lacks it',
      (picker) => {
        picker.removePiece(1, 0, picker.pieces(1).without(0))
        return picker.takeAway(1, 200_000)
      },
    ],
    [
      'that stalls',
      (picker) => {
        picker.release(1, [], { timedOut: true })
        return picker.takeAway(1, 200_000)
      },
    ],
  ])('is not taken for %s', (_, takeAway) => {
    const picker = firm()
    picker.takeAway(1, 0)
    expect(takeAway(picker)).toBeUndefined()
  })
})

describe('a piece to be exclusive', () => {
  /** Peers 1 and 2 have a strike, and all are idle. */
  function struck(): PiecePicker {
    const picker = picking()
    for (const peer of [1, 2]) picker.pick(peer, blocks / 2)
    for (const peer of [1, 2]) give(picker, peer)
    picker.failed(0, { exclusive: true, avoid: [1, 2] })
    return picker
  }

  test('waits for no peer that refuses a block of it, as long as it does', () => {
    const picker = struck()
    let refuses = true
    picker.pick(3, 0, { refused: (_, begin) => refuses && begin === blockBytes })
    refuses = false
    expect(picker.pick(1, blocks)).toEqual([])
    refuses = true
    expect(picker.pick(1, blocks)).toHaveLength(blocks)
  })

  test('waits for no late peer, which itself waits for others', () => {
    const picker = struck()
    for (const peer of [1, 2, 3]) picker.pick(peer, 0)
    picker.release(3, [], { timedOut: true })
    expect(picker.pick(3, blocks)).toEqual([])
    expect(picker.pick(1, blocks)).toHaveLength(blocks)
  })
})
