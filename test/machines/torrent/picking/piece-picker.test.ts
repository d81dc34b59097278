import { describe, expect, it, vi } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { duplicatesMax } from '../../../../machines/torrent/picking/endgame.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { Blame } from '../../../../machines/torrent/trust/blame.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { seededRandom } from '../random.ts'

/** A picker for `pieces` pieces of `blocks` blocks, `verified` of which are there. */
function pickerOf({ pieces = 10, blocks = 4, verified = [] as number[], seed = 1 }): PiecePicker {
  const layout = new Layout({ pieceLength: blocks * blockBytes, length: pieces * blocks * blockBytes })
  return new PiecePicker({ layout, have: setOf(pieces, verified), random: seededRandom(seed) })
}

function setOf(size: number, indexes: Iterable<number>): PieceSet {
  let set = PieceSet.none(size)
  for (const index of indexes) set = set.with(index)
  return set
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at)
}

function piecesOf(requests: readonly BlockRequest[]): number[] {
  return [...new Set(requests.map(({ index }) => index))]
}

function deliver(picker: PiecePicker, peer: number, requests: readonly BlockRequest[]): void {
  for (const { index, begin, length } of requests) {
    const { accepted, complete } = picker.receive(peer, index, begin, length)
    expect(accepted).toBe(true)
    if (complete) picker.verified(index)
  }
}

const firstFive = [0, 1, 2, 3, 4]

describe('a pick', () => {
  it('asks for the blocks of a piece in order, and for none twice', () => {
    const picker = pickerOf({})
    picker.addPeer(1, PieceSet.all(10))
    const first = picker.pick(1, 3)
    const index = first[0]?.index ?? -1
    expect(first.map(({ begin }) => begin)).toEqual([0, blockBytes, 2 * blockBytes])
    expect(picker.pick(1, 1)).toEqual([{ index, begin: 3 * blockBytes, length: blockBytes }])
    const rest = picker.pick(1, 100)
    expect(rest).toHaveLength(36)
    expect(piecesOf(rest)).not.toContain(index)
    expect(picker.requested(1)).toBe(40)
    expect(picker.requestsOf(1)).toHaveLength(40)
    expect(picker.pick(1, 1)).toEqual([])
  })

  it('asks for nothing that is verified, and for nothing the peer lacks', () => {
    const picker = pickerOf({ verified: [0, 1] })
    picker.addPeer(1, setOf(10, [1, 2, 3]))
    expect(piecesOf(picker.pick(1, 100)).sort()).toEqual([2, 3])
    expect([picker.wants(1), picker.wants(2), picker.wants(10)]).toEqual([false, true, false])
  })

  it('goes on with the piece the peer is at before one nearer to completion', () => {
    const picker = pickerOf({ pieces: 2 })
    picker.addPeer(1, setOf(2, [0]))
    picker.addPeer(2, PieceSet.all(2))
    picker.addPeer(3, setOf(2, [1]))
    picker.pick(3, 1)
    picker.release(3, picker.requestsOf(3))
    const [own] = picker.pick(2, 1)
    const other = own?.index === 0 ? 1 : 0
    picker.pick(other === 0 ? 1 : 3, 3)
    expect(piecesOf(picker.pick(2, 3))).toEqual([own?.index])
    expect(piecesOf(picker.pick(2, 1))).toEqual([other])
  })

  it('takes the piece in progress that is nearest to completion before a new one', () => {
    const picker = pickerOf({ pieces: 50, verified: firstFive })
    picker.addPeer(1, setOf(50, [10]))
    picker.addPeer(2, setOf(50, [11]))
    picker.pick(1, 1)
    picker.pick(2, 3)
    picker.addPeer(3, PieceSet.all(50))
    expect(picker.pick(3, 4).map(({ index }) => index)).toEqual([11, 10, 10, 10])
    expect([10, 11]).not.toContain(picker.pick(3, 1)[0]?.index)
  })

  it('takes the rarest piece first once four are verified', () => {
    const picker = pickerOf({ pieces: 100, blocks: 1, verified: [0, 1, 2, 3] })
    picker.addPeer(1, PieceSet.all(100))
    for (const [peer, below] of [
      [2, 100],
      [3, 60],
      [4, 30],
    ] as const)
      picker.addPeer(
        peer,
        setOf(
          100,
          range(0, below).filter((at) => at !== 77),
        ),
      )
    const order = picker.pick(1, 96).map(({ index }) => index)
    expect(order[0]).toBe(77)
    expect(order.slice(1, 40).sort((a, b) => a - b)).toEqual(range(60, 100).filter((at) => at !== 77))
    expect(order.slice(40, 70).sort((a, b) => a - b)).toEqual(range(30, 60))
    expect(order.slice(70).sort((a, b) => a - b)).toEqual(range(4, 30))
  })

  it('follows haves, lost pieces and lost peers', () => {
    const picker = pickerOf({ pieces: 20, blocks: 1, verified: firstFive })
    picker.addPeer(1, PieceSet.all(20))
    picker.addPeer(2, PieceSet.none(20))
    picker.addPeer(
      3,
      setOf(
        20,
        range(0, 20).filter((at) => at !== 9),
      ),
    )
    expect(picker.pick(1, 1)[0]?.index).toBe(9)
    for (const index of range(0, 20)) if (index !== 8) picker.addPiece(2, index, picker.pieces(2).with(index))
    picker.addPiece(2, 7, picker.pieces(2).with(7))
    expect(picker.pick(1, 1)[0]?.index).toBe(8)
    picker.removePiece(3, 7, picker.pieces(3).without(7))
    picker.removePiece(3, 7, picker.pieces(3).without(7))
    expect(picker.pick(1, 1)[0]?.index).toBe(7)
    picker.removePeer(3)
    picker.removePeer(3)
    expect(range(0, 20).map((index) => picker.availability(index))).toEqual(
      range(0, 20).map((at) => (at === 8 ? 1 : 2)),
    )
  })

  it('counts a peer that had nothing and one that had all the same, whatever became of them', () => {
    const picker = pickerOf({ pieces: 10 })
    picker.addPeer(1, PieceSet.none(10))
    for (const index of range(0, 10)) picker.addPiece(1, index, picker.pieces(1).with(index))
    picker.addPeer(2, PieceSet.all(10))
    picker.removePiece(2, 3, picker.pieces(2).without(3))
    expect(picker.pieces(1).isAll).toBe(true)
    expect(range(0, 10).map((index) => picker.availability(index))).toEqual([2, 2, 2, 1, 2, 2, 2, 2, 2, 2])
    picker.removePeer(1)
    picker.removePeer(2)
    expect(range(0, 10).map((index) => picker.availability(index))).toEqual(new Array(10).fill(0))
  })

  it.each([
    ['at first', []],
    ['among equally rare pieces', firstFive],
  ])('goes in an order of its own %s, so that peers do not all fetch the same piece', (_, verified) => {
    const order = (seed: number) => {
      const picker = pickerOf({ pieces: 200, blocks: 1, verified, seed })
      picker.addPeer(1, PieceSet.all(200))
      picker.addPeer(2, PieceSet.none(200))
      for (const index of range(0, 200)) picker.addPiece(2, index, picker.pieces(2).with(index))
      return picker.pick(1, 20).map(({ index }) => index)
    }
    expect(order(1)).toEqual(order(1))
    const common = order(1).filter((index) => order(2).includes(index))
    expect(common.length).toBeLessThan(10)
    expect(order(1)).not.toEqual(range(0, 200).filter((index) => order(1).includes(index)))
  })

  it('is at random before the fourth piece although there are rarer ones', () => {
    const firsts = range(0, 30).map((seed) => {
      const picker = pickerOf({ pieces: 100, seed, verified: [0, 1, 2] })
      picker.addPeer(1, PieceSet.all(100))
      picker.addPeer(2, setOf(100, range(0, 99)))
      return picker.pick(1, 1)[0]?.index
    })
    expect(new Set(firsts).size).toBeGreaterThan(15)
  })

  it('finds what a peer has however many rarer pieces it lacks', () => {
    for (const verified of [[], firstFive]) {
      const picker = pickerOf({ pieces: 5000, blocks: 1, verified })
      picker.addPeer(1, setOf(5000, range(0, 4000)))
      picker.addPeer(2, setOf(5000, [4500, 100, 3000]))
      picker.addPeer(3, setOf(5000, [4500, 100, 3000]))
      expect(piecesOf(picker.pick(2, 100)).sort()).toEqual([100, 3000, 4500])
    }
  })

  it('takes the rarest piece of a peer that lacks most, beside a seed', () => {
    const picker = pickerOf({ pieces: 5000, blocks: 1, verified: firstFive })
    picker.addPeer(1, PieceSet.all(5000))
    picker.addPeer(2, setOf(5000, range(1000, 1200)))
    picker.addPeer(3, setOf(5000, range(1000, 1200)).without(1111))
    expect(picker.pick(2, 1)[0]?.index).toBe(1111)
  })

  it('finds the piece in progress a peer has behind many it lacks', () => {
    const picker = pickerOf({ pieces: 300, blocks: 4, verified: firstFive })
    for (const index of range(5, 205)) {
      picker.addPeer(index, setOf(300, [index]))
      picker.pick(index, 2)
    }
    for (const index of range(5, 205)) {
      picker.addPeer(1000 + index, setOf(300, [index]))
      expect(piecesOf(picker.pick(1000 + index, 1))).toEqual([index])
    }
  })

  it('while choked asks for allowed pieces only, those in progress first (BEP 6)', () => {
    const picker = pickerOf({ pieces: 50, verified: firstFive })
    picker.addPeer(1, PieceSet.all(50).without(20))
    picker.addPeer(2, setOf(50, [12]))
    picker.pick(2, 1)
    const picked = picker.pick(1, 100, { allowed: new Set([3, 11, 12, 20, 60]) })
    expect(picked.map(({ index }) => index)).toEqual([12, 12, 12, 11, 11, 11, 11])
  })

  it('takes what the peer suggests first, in its order, when that is wanted and it has it (BEP 6)', () => {
    const picker = pickerOf({ pieces: 50, verified: firstFive })
    picker.addPeer(1, PieceSet.all(50).without(20))
    picker.addPeer(2, setOf(50, [12]))
    picker.pick(2, 1)
    const preferred = [3, 30, 20, 99, -1, 12, 11]
    expect(piecesOf(picker.pick(1, 11, { preferred }))).toEqual([30, 12, 11])
    expect(preferred).not.toContain(piecesOf(picker.pick(1, 4, { preferred }))[0])
  })

  it('finishes the piece the peer is at before what it suggests', () => {
    const picker = pickerOf({})
    picker.addPeer(1, PieceSet.all(10))
    const at = piecesOf(picker.pick(1, 1))
    const preferred = [(at[0] ?? 0) + 1].map((index) => index % 10)
    expect(piecesOf(picker.pick(1, 4, { preferred }))).toEqual([...at, ...preferred])
  })

  it('while choked takes of what the peer suggests only what it allows', () => {
    const picker = pickerOf({ pieces: 50, verified: firstFive })
    picker.addPeer(1, PieceSet.all(50))
    const picked = picker.pick(1, 100, { allowed: new Set([10, 11]), preferred: [20, 11] })
    expect(piecesOf(picked)).toEqual([11, 10])
  })

  it('passes over what the peer suggests and refuses', () => {
    const picker = pickerOf({ pieces: 3 })
    picker.addPeer(1, PieceSet.all(3))
    const refused = (index: number) => index === 2
    expect(piecesOf(picker.pick(1, 100, { preferred: [2], refused })).sort()).toEqual([0, 1])
  })

  it('passes over blocks the peer refused, and over pieces it refused entirely (BEP 6)', () => {
    const picker = pickerOf({ pieces: 2, verified: [] })
    picker.addPeer(1, PieceSet.all(2))
    const refused = (index: number, begin: number) => index === 0 || begin === blockBytes
    const picked = picker.pick(1, 100, { refused })
    expect(picked.map(({ index, begin }) => [index, begin / blockBytes])).toEqual([
      [1, 0],
      [1, 2],
      [1, 3],
    ])
  })

  it('is for peers that were added', () => {
    const picker = pickerOf({})
    expect(() => picker.pick(1, 1)).toThrow('peer 1 is not there')
    picker.addPeer(1, PieceSet.none(10))
    expect(() => picker.addPeer(1, PieceSet.none(10))).toThrow('there already')
    expect(() => picker.addPeer(2, PieceSet.none(11))).toThrow(RangeError)
    expect(() => picker.addPeer(-1, PieceSet.none(10))).toThrow(RangeError)
  })
})

describe('other pieces than was known', () => {
  it('count in the place of those known before, of a partial peer and of a seed', () => {
    const picker = pickerOf({})
    picker.addPeer(1, setOf(10, [0, 1]))
    const counts = () => range(0, 10).map((index) => picker.availability(index))
    picker.setPieces(1, setOf(10, [1, 2]))
    expect(counts()).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    picker.setPieces(1, PieceSet.all(10))
    expect(counts()).toEqual(range(0, 10).map(() => 1))
    picker.setPieces(1, setOf(10, [9]))
    expect(counts()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(picker.pieces(1).equals(setOf(10, [9]))).toBe(true)
    picker.removePeer(1)
    expect(counts()).toEqual(range(0, 10).map(() => 0))
  })

  it('leave asked for what the peer was asked for, and no other is asked for it', () => {
    const picker = pickerOf({ pieces: 2 })
    picker.addPeer(1, PieceSet.all(2))
    picker.addPeer(2, PieceSet.all(2))
    const asked = picker.pick(1, 6)
    picker.setPieces(1, setOf(2, [0]))
    expect(picker.requestsOf(1)).toEqual(asked)
    expect(picker.pick(2, 8)).toHaveLength(2)
    deliver(picker, 1, asked)
  })

  it('are of this torrent', () => {
    const picker = pickerOf({})
    picker.addPeer(1, PieceSet.none(10))
    expect(() => picker.setPieces(1, PieceSet.none(11))).toThrow(RangeError)
    expect(() => picker.setPieces(2, PieceSet.none(10))).toThrow('addPeer comes first')
  })
})

describe('a block that came', () => {
  it('completes its piece as the last one, and is dropped the second time', () => {
    const picker = pickerOf({ pieces: 1, blocks: 2 })
    picker.addPeer(1, PieceSet.all(1))
    picker.pick(1, 2)
    expect(picker.receive(1, 0, blockBytes, blockBytes)).toEqual({ accepted: true, complete: false, others: [] })
    expect(picker.receive(1, 0, blockBytes, blockBytes)).toEqual({ accepted: false, complete: false, others: [] })
    expect(picker.partials).toEqual([{ index: 0, blocks: 2, requested: 1, received: 1 }])
    expect(picker.receive(1, 0, 0, blockBytes)).toEqual({ accepted: true, complete: true, others: [] })
    expect([picker.missing, picker.isComplete]).toEqual([1, false])
    picker.verified(0)
    expect([picker.missing, picker.isComplete, picker.partials]).toEqual([0, true, []])
    expect(picker.receive(1, 0, 0, blockBytes).accepted).toBe(false)
  })

  it.each([
    ['half a block', 0, 0, blockBytes / 2],
    ['bytes between two blocks', 0, 100, blockBytes],
    ['of a piece that does not exist', 10, 0, blockBytes],
  ])('is dropped when it is %s', (_, index, begin, length) => {
    const picker = pickerOf({})
    picker.addPeer(1, PieceSet.all(10))
    picker.pick(1, 40)
    expect(picker.receive(1, index, begin, length).accepted).toBe(false)
  })

  it('counts although its peer was released from it, and says which peer was asked since', () => {
    const picker = pickerOf({ pieces: 1 })
    picker.addPeer(1, PieceSet.all(1))
    picker.addPeer(2, PieceSet.all(1))
    picker.pick(1, 4)
    picker.releaseAll(1)
    expect(picker.receive(1, 0, 0, blockBytes)).toMatchObject({ accepted: true, others: [] })
    picker.pick(2, 4)
    expect(picker.receive(1, 0, blockBytes, blockBytes)).toMatchObject({ accepted: true, others: [2] })
    expect(picker.requested(2)).toBe(2)
    expect(picker.contributors(0)).toEqual([1, 1, undefined, undefined])
  })
})

describe('a release', () => {
  it('frees blocks for others at once, and forgets a piece nothing came of', () => {
    const picker = pickerOf({ pieces: 5 })
    picker.addPeer(1, PieceSet.all(5))
    picker.addPeer(2, PieceSet.all(5))
    const picked = picker.pick(1, 4)
    picker.release(1, picked.slice(1, 3))
    expect(picker.pick(2, 2)).toEqual(picked.slice(1, 3))
    picker.release(1, picked)
    picker.releaseAll(2)
    expect(picker.partials).toEqual([])
    expect([picker.requested(1), picker.requested(2)]).toEqual([0, 0])
  })

  it('passes over blocks the peer was not asked for', () => {
    const picker = pickerOf({ pieces: 5 })
    picker.addPeer(1, PieceSet.all(5))
    picker.addPeer(2, PieceSet.all(5))
    const picked = picker.pick(1, 4)
    picker.release(2, picked)
    picker.release(1, [{ index: 77, begin: 0, length: blockBytes }])
    expect(picker.requestsOf(1)).toEqual(picked)
  })
})

describe('a choke', () => {
  it('frees all that the peer was asked for (BEP 3)', () => {
    const picker = pickerOf({ pieces: 3 })
    picker.addPeer(1, PieceSet.all(3))
    picker.addPeer(2, PieceSet.all(3))
    const picked = piecesOf(picker.pick(1, 12))
    picker.releaseAll(1)
    expect(picker.requested(1)).toBe(0)
    expect(piecesOf(picker.pick(2, 100)).sort()).toEqual(picked.sort())
  })

  it('that rejects nothing by itself leaves all as it was, an exclusive piece too (BEP 6)', () => {
    const picker = pickerOf({ pieces: 1 })
    picker.addPeer(1, PieceSet.all(1))
    for (const { index, begin, length } of picker.pick(1, 4)) picker.receive(1, index, begin, length)
    picker.failed(0, { exclusive: true })
    picker.pick(1, 4)
    picker.close(1)
    expect(picker.partials).toMatchObject([{ index: 0, owner: 1, requested: 4 }])
    picker.releaseAll(1)
    expect(picker.partials).toEqual([])
  })
})

describe('the endgame', () => {
  it('looks at each block once for a peer, however many were asked for it', () => {
    const picker = pickerOf({ pieces: 5, blocks: 8 })
    for (const peer of range(1, 8)) picker.addPeer(peer, PieceSet.all(5))
    for (const peer of range(1, 6)) picker.pick(peer, 100)
    let looks = 0
    const refused = () => {
      looks++
      return false
    }
    expect(picker.pick(6, 100, { refused })).toEqual([])
    expect(looks).toBeLessThanOrEqual(5 * 8)
  })

  it('starts when no wanted block is left that no peer was asked for, not before', () => {
    const picker = pickerOf({ pieces: 10 })
    picker.addPeer(1, PieceSet.all(10))
    picker.addPeer(2, PieceSet.all(10))
    picker.addPeer(3, setOf(10, [0]))
    picker.pick(1, 39)
    expect(picker.inEndgame).toBe(false)
    picker.pick(2, 1)
    expect(picker.inEndgame).toBe(true)
    expect(picker.pick(3, 10).map(({ index }) => index)).toEqual([0, 0, 0, 0])
  })

  it('is not put off by pieces no connected peer has', () => {
    const picker = pickerOf({ pieces: 10 })
    picker.addPeer(1, setOf(10, [0, 1]))
    picker.addPeer(2, setOf(10, [0, 1]))
    picker.addPeer(3, setOf(10, [5]))
    picker.pick(3, 2)
    deliver(picker, 3, picker.requestsOf(3))
    picker.removePeer(3)
    picker.pick(1, 8)
    expect(picker.inEndgame).toBe(true)
    expect(picker.pick(2, 10)).toHaveLength(8)
  })

  it('lets a fast peer take everything a stalled one owes', () => {
    const picker = pickerOf({ pieces: 50, blocks: 16 })
    picker.addPeer(1, PieceSet.all(50))
    picker.addPeer(2, PieceSet.all(50))
    const owed = picker.pick(1, 1000)
    expect(owed).toHaveLength(800)
    let batches = 0
    for (let batch = picker.pick(2, 250); batch.length > 0; batch = picker.pick(2, 250)) {
      expect(batch.length).toBeLessThanOrEqual(duplicatesMax)
      expect(picker.pick(2, 250)).toEqual([])
      for (const { index, begin, length } of batch) {
        const { others, complete } = picker.receive(2, index, begin, length)
        expect(others).toEqual([1])
        if (complete) picker.verified(index)
      }
      batches++
    }
    expect([picker.isComplete, picker.requested(1), batches]).toEqual([true, 0, 800 / duplicatesMax])
  })

  it('starts from the end of a piece, away from where its peer delivers', () => {
    const picker = pickerOf({ pieces: 1, blocks: 8 })
    picker.addPeer(1, PieceSet.all(1))
    picker.addPeer(2, PieceSet.all(1))
    picker.pick(1, 8)
    expect(picker.pick(2, 3).map(({ begin }) => begin / blockBytes)).toEqual([7, 6, 5])
  })

  it('asks at most four peers for a block, and goes on with the others when one goes', () => {
    const picker = pickerOf({ pieces: 1, blocks: 1 })
    for (const peer of range(0, 6)) picker.addPeer(peer, PieceSet.all(1))
    expect(range(0, 6).map((peer) => picker.pick(peer, 5).length)).toEqual([1, 1, 1, 1, 0, 0])
    picker.removePeer(0)
    picker.release(2, picker.requestsOf(2))
    expect(picker.pick(4, 1)).toHaveLength(1)
    expect([...picker.receive(3, 0, 0, blockBytes).others].sort()).toEqual([1, 4])
    expect([1, 3, 4].map((peer) => picker.requested(peer))).toEqual([0, 0, 0])
  })
})

describe('a corrupt piece', () => {
  /** Peers 1 and 2 delivered half of piece 0 each, and it failed; then peer 3 comes. */
  function corrupt(options: { exclusive: boolean; avoid?: number[] }): PiecePicker {
    const picker = pickerOf({ pieces: 1 })
    for (const peer of [1, 2]) picker.addPeer(peer, PieceSet.all(1))
    for (const peer of [1, 2]) for (const { begin } of picker.pick(peer, 2)) picker.receive(peer, 0, begin, blockBytes)
    expect(picker.contributors(0)).toEqual([1, 1, 2, 2])
    picker.failed(0, options)
    picker.addPeer(3, PieceSet.all(1))
    return picker
  }

  it('is fetched again from any peer', () => {
    const picker = corrupt({ exclusive: false })
    expect([picker.pick(1, 1), picker.pick(2, 1), picker.pick(3, 4)].map((picked) => picked.length)).toEqual([1, 1, 2])
  })

  it('is fetched again from one peer alone, while others have something to do', () => {
    const picker = pickerOf({ pieces: 2 })
    for (const peer of [1, 2]) picker.addPeer(peer, setOf(2, [0]))
    for (const peer of [1, 2]) for (const { begin } of picker.pick(peer, 2)) picker.receive(peer, 0, begin, blockBytes)
    picker.failed(0, { exclusive: true, avoid: [1, 2] })
    picker.addPiece(1, 1, picker.pieces(1).with(1))
    picker.pick(1, 1, { preferred: [1] })
    picker.addPeer(3, setOf(2, [0]))
    picker.pick(3, 3)
    expect(picker.partials).toContainEqual({ index: 0, blocks: 4, requested: 3, received: 0, owner: 3 })
    expect(piecesOf(picker.pick(1, 8))).toEqual([1])
    expect(picker.pick(1, 8)).toEqual([])
    expect(picker.receive(1, 0, 3 * blockBytes, blockBytes).accepted).toBe(false)
    deliver(picker, 3, [...picker.requestsOf(3), ...picker.pick(3, 1)])
    expect(picker.wants(0)).toBe(false)
  })

  it('is for any peer as soon as another peer has nothing else to do, however slow its owner', () => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2] })
    deliver(picker, 3, picker.pick(3, 3).slice(0, 1))
    expect(picker.pick(1, 8).map(({ begin }) => begin / blockBytes)).toEqual([3])
    expect(picker.partials).toEqual([{ index: 0, blocks: 4, requested: 3, received: 1 }])
    expect(picker.pick(2, 8).map(({ begin }) => begin / blockBytes)).toEqual([3, 2, 1])
    for (const block of [1, 2, 3]) expect(picker.receive(2, 0, block * blockBytes, blockBytes).accepted).toBe(true)
    picker.verified(0)
    expect([1, 2, 3].map((peer) => picker.requested(peer))).toEqual([0, 0, 0])
  })

  it('is not shared while blocks of other pieces can be asked for a second time', () => {
    const picker = pickerOf({ pieces: 2 })
    for (const peer of [1, 2]) picker.addPeer(peer, setOf(2, [0]))
    for (const peer of [1, 2]) for (const { begin } of picker.pick(peer, 2)) picker.receive(peer, 0, begin, blockBytes)
    picker.failed(0, { exclusive: true })
    picker.pick(1, 4)
    picker.addPeer(3, setOf(2, [1]))
    picker.pick(3, 4)
    picker.addPiece(2, 1, picker.pieces(2).with(1))
    expect(piecesOf(picker.pick(2, 100))).toEqual([1])
    expect(picker.partials).toMatchObject([{ index: 0, owner: 1 }, { index: 1 }])
  })

  it('is kept from idle peers once such an attempt failed too, until its owner gives up', () => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2] })
    picker.pick(3, 4)
    picker.pick(1, 4)
    for (const [block, peer] of [1, 3, 3, 3].entries()) picker.receive(peer, 0, block * blockBytes, blockBytes)
    picker.failed(0, { exclusive: true, avoid: [1, 3] })
    expect(picker.pick(3, 4)).toHaveLength(4)
    expect([picker.pick(1, 4), picker.pick(2, 4)]).toEqual([[], []])
    picker.receive(3, 0, 0, blockBytes)
    picker.releaseAll(3)
    expect(picker.pick(1, 4)).toHaveLength(3)
  })

  it('does not put off the endgame of other pieces while its peer takes its time', () => {
    const picker = pickerOf({ pieces: 2, blocks: 2 })
    for (const peer of [1, 2, 3]) picker.addPeer(peer, setOf(2, [0]))
    for (const peer of [1, 2]) for (const { begin } of picker.pick(peer, 1)) picker.receive(peer, 0, begin, blockBytes)
    picker.failed(0, { exclusive: true })
    expect(picker.pick(3, 1)).toHaveLength(1)
    for (const peer of [4, 5]) picker.addPeer(peer, setOf(2, [1]))
    expect([picker.pick(4, 2).length, picker.inEndgame, picker.pick(5, 2).length]).toEqual([2, true, 2])
  })

  it.each<[string, (picker: PiecePicker) => void]>([
    ['goes', (picker) => picker.removePeer(3)],
    ['chokes', (picker) => picker.releaseAll(3)],
    ['rejects a block', (picker) => void picker.release(3, picker.requestsOf(3).slice(0, 1))],
  ])('keeps what its owner delivered when that %s, and is for any peer', (_, giveUp) => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2] })
    const picked = picker.pick(3, 4)
    deliver(picker, 3, picked.slice(0, 2))
    giveUp(picker)
    expect(picker.partials).toMatchObject([{ index: 0, received: 2 }])
    expect(picker.partials[0]?.owner).toBeUndefined()
    expect(picker.pick(1, 1)).toEqual(picked.slice(2, 3))
    for (const { begin } of picked.slice(2)) expect(picker.receive(2, 0, begin, blockBytes).accepted).toBe(true)
    expect(picker.contributors(0)).toEqual([3, 3, 2, 2])
  })

  it('is exclusive again, with another owner, when the first gave up before it delivered anything', () => {
    const picker = corrupt({ exclusive: true })
    for (const peer of [2, 3]) picker.pick(peer, 0)
    picker.pick(1, 4)
    picker.release(1, picker.requestsOf(1))
    expect(picker.partials).toEqual([])
    expect(picker.pick(1, 4)).toEqual([])
    expect(picker.pick(2, 4)).toHaveLength(4)
    expect(picker.partials).toMatchObject([{ owner: 2 }])
  })

  it('takes a block that comes after its only peer was released from it', () => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2] })
    for (const peer of [2, 3]) picker.removePeer(peer)
    picker.pick(1, 4)
    picker.releaseAll(1)
    expect(picker.receive(1, 0, 0, blockBytes).accepted).toBe(true)
  })

  it('takes no late block of a suspect while another peer can deliver it', () => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2] })
    picker.pick(3, 0)
    expect(picker.receive(1, 0, 0, blockBytes).accepted).toBe(false)
    expect(picker.pick(3, 4)).toHaveLength(4)
  })

  it('spares suspects while another peer can deliver it, and only so long', () => {
    const picker = corrupt({ exclusive: true, avoid: [1, 2, 99] })
    picker.pick(3, 0)
    expect([picker.pick(1, 4), picker.pick(2, 4)]).toEqual([[], []])
    picker.releaseAll(3)
    expect(picker.pick(2, 4)).toHaveLength(4)
  })

  it('spares no suspect that has nothing to do for a peer that is busy', () => {
    const picker = pickerOf({ pieces: 2 })
    for (const peer of [1, 2]) picker.addPeer(peer, setOf(2, [0]))
    for (const peer of [1, 2]) for (const { begin } of picker.pick(peer, 2)) picker.receive(peer, 0, begin, blockBytes)
    picker.failed(0, { exclusive: true, avoid: [1, 2] })
    picker.addPeer(3, setOf(2, [1]))
    picker.pick(3, 1)
    picker.addPiece(3, 0, picker.pieces(3).with(0))
    expect(picker.pick(1, 4)).toHaveLength(4)
  })

  it('is for any peer, with what it has, while its owner is asked for none of it', () => {
    const picker = corrupt({ exclusive: true })
    deliver(picker, 3, picker.pick(3, 2))
    expect(picker.pick(1, 4)).toHaveLength(2)
    expect(picker.partials).toEqual([{ index: 0, blocks: 4, requested: 2, received: 2 }])
  })

  it('is not given to a peer that refuses a block of it', () => {
    const picker = corrupt({ exclusive: true })
    const refused = (_: number, begin: number) => begin === 0
    expect(picker.pick(1, 4, { refused })).toEqual([])
    expect(picker.pick(2, 4)).toHaveLength(4)
  })

  it('cannot be judged before all its blocks came', () => {
    const picker = corrupt({ exclusive: false })
    expect(() => picker.verified(0)).toThrow('piece 0')
    picker.pick(1, 4)
    expect(() => picker.failed(0, { exclusive: true })).toThrow('piece 0')
  })
})

describe('a piece of 64 blocks that a poisoner takes part in', () => {
  /**
   * Peers deliver a block a turn, the poisoner (peer 1) first, until the piece verifies or 20 times its blocks came. A peer
   * chokes after `perUnchoke` blocks and unchokes at its next turn; the poisoner leaves when it is found out.
   */
  function fetch({ perUnchoke = 64, poisonerPerUnchoke = 64, poisons = 1, depth = 64, honest = 1 }) {
    const picker = pickerOf({ pieces: 1, blocks: 64 })
    const blame = new Blame()
    const culprits: number[] = []
    const digests: string[] = []
    const delivered = new Map(range(1, honest + 2).map((peer) => [peer, 0]))
    for (const peer of delivered.keys()) picker.addPeer(peer, PieceSet.all(1))
    let received = 0
    let failures = 0
    const judge = () => {
      if (digests.includes('bad')) {
        failures++
        const contributors = picker.contributors(0).map((peer) => peer ?? 0)
        const { culprits: proven, suspects } = blame.onCorrupt(0, contributors, [...digests])
        culprits.push(...proven.map(({ peer }) => peer))
        picker.failed(0, { exclusive: suspects.length > 0, avoid: suspects })
      } else {
        culprits.push(...blame.onVerified(0, picker.contributors(0), digests).culprits.map(({ peer }) => peer))
        picker.verified(0)
      }
      for (const peer of culprits) {
        delivered.delete(peer)
        picker.removePeer(peer)
      }
    }
    const turn = (peer: number, count: number) => {
      picker.pick(peer, depth - picker.requested(peer))
      const [next] = picker.requestsOf(peer)
      if (next === undefined) return
      const { accepted, complete } = picker.receive(peer, 0, next.begin, blockBytes)
      expect(accepted).toBe(true)
      received++
      const block = next.begin / blockBytes
      digests[block] = peer === 1 && count < poisons ? 'bad' : `block ${block}`
      delivered.set(peer, count + 1)
      if (complete) judge()
      if ((count + 1) % (peer === 1 ? poisonerPerUnchoke : perUnchoke) === 0 && delivered.has(peer))
        picker.releaseAll(peer)
    }
    while (!picker.isComplete && received < 20 * 64) {
      for (const [peer, count] of delivered) if (!picker.isComplete) turn(peer, count)
    }
    return { isComplete: picker.isComplete, received, failures, culprits }
  }

  it('completes although no peer stays unchoked for all of it', () => {
    for (const perUnchoke of [40, 8]) {
      const once = { isComplete: true, received: 128, failures: 1, culprits: [1] }
      expect([perUnchoke, fetch({ perUnchoke, poisonerPerUnchoke: perUnchoke })]).toEqual([perUnchoke, once])
    }
  })

  it.each([
    ['and stays', {}],
    ['and chokes after a block', { poisonerPerUnchoke: 1 }],
    ['and chokes before the end', { poisonerPerUnchoke: 40 }],
    ['of few at a time', { depth: 4 }],
    ['beside three honest peers', { honest: 3 }],
    ['beside ten', { honest: 10 }],
    ['beside ten, of few at a time', { honest: 10, depth: 4 }],
  ])('completes although every block it delivers is wrong, %s', (_, options) => {
    const { isComplete, failures, culprits } = fetch({
      perUnchoke: Number.POSITIVE_INFINITY,
      poisonerPerUnchoke: Number.POSITIVE_INFINITY,
      poisons: Number.POSITIVE_INFINITY,
      ...options,
    })
    expect([isComplete, failures <= 4, [...new Set(culprits)]]).toEqual([true, true, [1]])
  })
})

describe('the cost of a block', () => {
  /** Calls of `PieceSet.has` and of the random source for 200 blocks picked and received, after a warm-up. */
  function calls(pieces: number, peers: number, setFor: (peer: number) => PieceSet): number {
    const random = vi.fn(seededRandom(1))
    const layout = new Layout({ pieceLength: 4 * blockBytes, length: pieces * 4 * blockBytes })
    const picker = new PiecePicker({ layout, have: setOf(pieces, firstFive), random })
    for (let peer = 0; peer < peers; peer++) picker.addPeer(peer, setFor(peer))
    for (let peer = 0; peer < peers; peer++) picker.pick(peer, 2)
    random.mockClear()
    const has = vi.spyOn(PieceSet.prototype, 'has')
    for (let block = 0; block < 200; block++) deliver(picker, block % peers, picker.pick(block % peers, 1))
    const count = has.mock.calls.length + random.mock.calls.length
    has.mockRestore()
    return count
  }

  it('does not grow with the pieces of the torrent, nor with the peers, when they have all or most', () => {
    const small = calls(1000, 1, () => PieceSet.all(1000))
    expect(calls(20_000, 1, () => PieceSet.all(20_000))).toBeLessThan(small * 1.5)
    expect(calls(20_000, 200, () => PieceSet.all(20_000))).toBeLessThan(small * 1.5)
    const most = (size: number) => (peer: number) =>
      PieceSet.all(size)
        .without(10 + peer)
        .without(500 + peer)
    expect(calls(2000, 50, most(2000))).toBeLessThan(small * 2)
  })

  it('is bounded for a peer with few pieces among many rarer ones', () => {
    const pieces = 20_000
    const picker = pickerOf({ pieces, blocks: 1, verified: firstFive })
    picker.addPeer(1, setOf(pieces, range(0, 10_000)))
    picker.addPeer(2, setOf(pieces, [9, 9000, 15_000]))
    picker.addPeer(3, setOf(pieces, [9, 9000, 15_000]))
    const has = vi.spyOn(PieceSet.prototype, 'has')
    picker.pick(2, 1)
    expect(has.mock.calls.length).toBeLessThan(100)
    has.mockRestore()
  })

  it('of a disconnect is that of the blocks asked for', () => {
    const pieces = 20_000
    const picker = pickerOf({ pieces, verified: firstFive })
    picker.addPeer(1, PieceSet.all(pieces))
    picker.addPeer(2, PieceSet.all(pieces))
    picker.pick(2, 20_000)
    picker.pick(1, 8)
    const blockAt = vi.spyOn(Layout.prototype, 'blockAt')
    picker.releaseAll(1)
    expect(blockAt.mock.calls.length).toBe(8)
    blockAt.mockRestore()
  })
})

describe('a piece that is wanted again when nothing was missing', () => {
  it('is asked of a peer that came while nothing was', () => {
    const picker = pickerOf({ verified: range(0, 10) })
    picker.addPeer(1, setOf(10, [2, 3]))
    picker.addPeer(2, PieceSet.all(10))
    expect(picker.availability(2)).toBe(0)
    picker.want(2)
    expect([picker.availability(2), picker.unobtainable]).toEqual([2, 0])
    expect(piecesOf(picker.pick(1, 10))).toEqual([2])
    picker.want(3)
    expect(picker.availability(3)).toBe(2)
  })

  it('is counted of those that are there: not of one that left since, a seed or not', () => {
    const picker = pickerOf({ verified: range(1, 10) })
    for (const [peer, pieces] of [PieceSet.all(10), PieceSet.all(10), setOf(10, [0, 2]), setOf(10, [2])].entries()) {
      picker.addPeer(peer, pieces)
    }
    expect(picker.settle(0)).toEqual(new Map())
    for (const peer of [0, 2]) picker.removePeer(peer)
    picker.want(2)
    expect([picker.availability(2), picker.availability(0)]).toEqual([2, 1])
    for (const peer of [1, 3]) picker.removePeer(peer)
    expect([picker.availability(2), picker.unobtainable, picker.inEndgame]).toEqual([0, 1, false])
  })

  it('is counted by what peers have by then, when they said so meanwhile', () => {
    const picker = pickerOf({ verified: range(1, 10) })
    picker.addPeer(1, setOf(10, [0]))
    deliver(picker, 1, picker.pick(1, 4))
    expect([picker.isComplete, picker.availability(0)]).toEqual([true, 0])
    picker.removePiece(1, 0, picker.pieces(1).without(0))
    picker.addPiece(1, 5, picker.pieces(1).with(5))
    picker.addPeer(2, PieceSet.all(10))
    picker.removePiece(2, 5, picker.pieces(2).without(5))
    picker.want(5)
    picker.setPieces(1, setOf(10, [5, 6]))
    picker.setPieces(2, PieceSet.none(10))
    expect(range(0, 10).map((index) => picker.availability(index))).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 0])
  })
})

describe('what no peer can be asked for', () => {
  it('is what no connected peer has, also when it is in progress; a seed leaves nothing of it', () => {
    const picker = pickerOf({ verified: [0] })
    expect(picker.unobtainable).toBe(9)
    picker.addPeer(1, setOf(10, [0, 1, 2]))
    expect(picker.unobtainable).toBe(7)
    deliver(picker, 1, picker.pick(1, 1))
    picker.removePeer(1)
    expect(picker.unobtainable).toBe(picker.missing)
    picker.addPeer(2, PieceSet.all(10))
    expect(picker.unobtainable).toBe(0)
  })
})
