import { describe, expect, it } from 'vitest'
import { Blame, type Contributors, casesMax } from '../../../../machines/torrent/trust/blame.ts'

/** Which peers pay when a piece verifies. */
const paying = (blame: Blame, index: number, digests: readonly string[], contributors: Contributors = [1, 2]) =>
  blame.onVerified(index, contributors, digests).culprits.map(({ peer }) => peer)

describe('the blame for a corrupt piece', () => {
  it('is on the peer that delivered all of it', () => {
    const blame = new Blame()
    expect(blame.onCorrupt(0, [7, 7, 7], [])).toEqual({ culprits: [{ peer: 7 }], suspects: [] })
    expect(blame.needsDigests(0)).toBe(false)
  })

  it('is on none while several delivered it', () => {
    const blame = new Blame()
    expect(blame.onCorrupt(0, [7, 8, 7], ['a', 'b', 'c'])).toEqual({ culprits: [], suspects: [7, 8] })
    expect(blame.needsDigests(0)).toBe(true)
    expect(blame.needsDigests(1)).toBe(false)
  })

  it('is on those that gave a block other than the good one, once each, with the blocks, and clears the others', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8, 7, 9], ['x', 'b', 'y', 'd'])
    expect(blame.onVerified(0, [1, 1, 1, 1], ['a', 'b', 'c', 'd'])).toEqual({
      culprits: [{ peer: 7, blocks: [0, 2] }],
    })
    expect(blame.needsDigests(0)).toBe(false)
    expect(paying(blame, 0, ['a', 'b', 'c', 'd'])).toEqual([])
  })

  it('is on every one of several culprits', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8, 9], ['x', 'y', 'c'])
    expect(paying(blame, 0, ['a', 'b', 'c'])).toEqual([7, 8])
  })

  it('is on a suspect that delivers the good piece itself the second time', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(paying(blame, 0, ['a', 'b'], [7, 7])).toEqual([7])
  })

  it('is on the single peer if its second download fails too, and the first failure stays open', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(blame.onCorrupt(0, [9, 9], [])).toEqual({ culprits: [{ peer: 9 }], suspects: [] })
    expect(paying(blame, 0, ['a', 'b'])).toEqual([7])
  })

  it('is on both when two peers sent the same wrong block, each with a content of its own', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 1], ['x', 'b'])
    blame.onCorrupt(0, [8, 1], ['y', 'b'])
    expect(paying(blame, 0, ['a', 'b'])).toEqual([7, 8])
  })

  it('is on every peer that was wrong in any attempt, and on a sole contributor between them at once', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 7, 8], ['x', 'b', 'c'])
    expect(blame.onCorrupt(0, [9, 8, 8], ['y', 'b', 'c'])).toEqual({ culprits: [], suspects: [9, 8] })
    expect(blame.onCorrupt(0, [6, 6, 6], []).culprits).toEqual([{ peer: 6 }])
    blame.onCorrupt(0, [8, 5, 8], ['a', 'z', 'c'])
    expect(paying(blame, 0, ['a', 'b', 'c'])).toEqual([7, 9, 5])
  })

  it('is at once on a peer that sends one block with two contents, and not again when the piece verifies', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(blame.onCorrupt(0, [7, 9], ['y', 'b'])).toEqual({ culprits: [{ peer: 7, blocks: [0] }], suspects: [7, 9] })
    expect(blame.onCorrupt(0, [7, 9], ['x', 'b']).culprits).toEqual([])
    expect(paying(blame, 0, ['a', 'b'])).toEqual([])
  })

  it('is on no connected peer when the wrong block was on the disk from an earlier run', () => {
    const blame = new Blame()
    expect(blame.onCorrupt(0, [undefined, 7], ['x', 'b'])).toEqual({ culprits: [], suspects: [7] })
    expect(paying(blame, 0, ['a', 'b'])).toEqual([])
    expect(blame.onCorrupt(1, [undefined, undefined], [])).toEqual({ culprits: [], suspects: [] })
  })

  it('is one matter per piece', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(paying(blame, 1, ['a', 'b'])).toEqual([])
    expect(blame.needsDigests(0)).toBe(true)
  })

  it('forgets the oldest pieces beyond its bound', () => {
    const blame = new Blame()
    for (let index = 0; index <= casesMax; index++) blame.onCorrupt(index, [7, 8], ['x', 'b'])
    expect([blame.needsDigests(0), blame.needsDigests(1), blame.needsDigests(casesMax)]).toEqual([false, true, true])
  })

  it('forgets the oldest attempts of a piece that keeps failing', () => {
    const blame = new Blame()
    for (let attempt = 0; attempt <= casesMax; attempt++) blame.onCorrupt(0, [100 + attempt, 8], ['x', 'b'])
    const culprits = paying(blame, 0, ['a', 'b'])
    expect([culprits.length, culprits[0]]).toEqual([casesMax, 101])
  })

  it('cannot be settled without a digest per block', () => {
    expect(() => new Blame().onCorrupt(0, [7, 8], ['x'])).toThrow(RangeError)
  })
})

describe('on parole', () => {
  it('is every suspect until the piece verifies, and a culprit longer', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect([7, 8, 9].map((peer) => blame.isOnParole(peer))).toEqual([true, true, false])
    blame.onVerified(0, [9, 9], ['a', 'b'])
    expect([7, 8].map((peer) => blame.isOnParole(peer))).toEqual([true, false])
  })

  it('is the peer that delivered a corrupt piece alone', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 7], [])
    expect(blame.isOnParole(7)).toBe(true)
  })

  it('is none that has delivered a good piece alone since; one with others proves nothing', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    blame.onVerified(1, [8, 9], [])
    expect(blame.isOnParole(8)).toBe(true)
    blame.onVerified(2, [8, 8], [])
    expect([blame.isOnParole(8), blame.isOnParole(7)]).toEqual([false, true])
    blame.onVerified(3, [7, 7], [])
    expect(blame.isOnParole(7)).toBe(false)
  })

  it('is none that is gone, though what it delivered stays evidence', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    blame.forget(7)
    expect(blame.isOnParole(7)).toBe(false)
    expect(paying(blame, 0, ['a', 'b'])).toEqual([7])
  })

  it('is none with a case so old that it was forgotten', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    for (let index = 1; index <= casesMax; index++) blame.onCorrupt(index, [1, 2], ['x', 'b'])
    expect(blame.isOnParole(7)).toBe(false)
  })
})
