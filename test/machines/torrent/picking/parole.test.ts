import { describe, expect, test } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { seededRandom } from '../random.ts'

const alone = { alone: true } as const

/** Pieces of two blocks, and seeders. */
function picking(pieces: number, ...peers: readonly number[]) {
  const layout = new Layout({ pieceLength: 2 * blockBytes, length: pieces * 2 * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(pieces), random: seededRandom(1) })
  for (const peer of peers) picker.addPeer(peer, PieceSet.all(pieces))
  return picker
}
const ownersOf = (picker: PiecePicker) => new Map(picker.partials.map(({ index, owner }) => [index, owner]))
const indexesOf = (requests: readonly { readonly index: number }[]) => [...new Set(requests.map(({ index }) => index))]

describe('a peer on parole', () => {
  test('starts pieces of its own, and no other is asked for them', () => {
    const picker = picking(4, 1, 2)
    const own = indexesOf(picker.pick(1, 3, alone))
    expect(own).toHaveLength(2)
    for (const index of own) expect(ownersOf(picker).get(index)).toBe(1)
    expect(indexesOf(picker.pick(2, 4)).filter((index) => own.includes(index))).toEqual([])
  })

  test('goes on with its own piece before it starts another', () => {
    const picker = picking(4, 1)
    const [first] = indexesOf(picker.pick(1, 1, alone))
    expect(indexesOf(picker.pick(1, 1, alone))).toEqual([first])
  })

  test('does not join a piece that others have begun, as long as there is one to start or it owes blocks', () => {
    const picker = picking(2, 1, 2)
    const [begun] = indexesOf(picker.pick(2, 1))
    const own = picker.pick(1, 4, alone)
    expect(indexesOf(own)).not.toContain(begun)
    expect(own).toHaveLength(2)
    expect(picker.pick(1, 4, alone)).toEqual([])
  })

  test('that owes nothing helps where nothing else is left: a swarm of suspects comes to its end', () => {
    const picker = picking(1, 1, 2)
    picker.pick(2, 1)
    expect(picker.pick(1, 4, alone)).toHaveLength(1)
    expect(ownersOf(picker).get(0)).toBeUndefined()
  })

  test('holds up no other: an idle peer shares its piece', () => {
    const picker = picking(1, 1, 2)
    picker.pick(1, 1, alone)
    expect(picker.pick(2, 2)).not.toEqual([])
    expect(ownersOf(picker).get(0)).toBeUndefined()
  })

  test('that chokes us leaves its pieces to all', () => {
    const picker = picking(2, 1, 2)
    const [own] = picker.pick(1, 1, alone)
    if (own === undefined) throw new Error('nothing was picked')
    picker.receive(1, own.index, own.begin, own.length)
    picker.releaseAll(1)
    expect(ownersOf(picker).get(own.index)).toBeUndefined()
    expect(indexesOf(picker.pick(2, 4))).toContain(own.index)
  })

  test('is not given a piece of which it has rejected a block', () => {
    const picker = picking(1, 1, 2)
    picker.pick(2, 0)
    const refused = (_: number, begin: number) => begin === 0
    expect(picker.pick(1, 4, { alone: true, refused })).toEqual([{ index: 0, begin: blockBytes, length: blockBytes }])
    expect(ownersOf(picker).get(0)).toBeUndefined()
  })
})

test('suspects alone finish every piece, each delivering in turn', () => {
  const picker = picking(12, 1, 2, 3)
  for (let round = 0; round < 100 && !picker.isComplete; round++) {
    for (const peer of [1, 2, 3]) {
      picker.pick(peer, 3, alone)
      const [next] = picker.requestsOf(peer)
      if (next && picker.receive(peer, next.index, next.begin, next.length).complete) picker.verified(next.index)
    }
  }
  expect(picker.isComplete).toBe(true)
})
