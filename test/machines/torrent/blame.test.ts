import { describe, expect, it } from 'vitest'
import { Blame, casesMax } from '../../../machines/torrent/blame.ts'

describe('the blame for a corrupt piece', () => {
  it('is on the peer that delivered all of it', () => {
    const blame = new Blame()
    expect(blame.onCorrupt(0, [7, 7, 7], [])).toEqual({ culprits: [7], suspects: [] })
    expect(blame.needsDigests(0)).toBe(false)
  })

  it('is on nobody while several delivered it', () => {
    const blame = new Blame()
    expect(blame.onCorrupt(0, [7, 8, 7], ['a', 'b', 'c'])).toEqual({ culprits: [], suspects: [7, 8] })
    expect(blame.needsDigests(0)).toBe(true)
    expect(blame.needsDigests(1)).toBe(false)
  })

  it('is on those whose block differs from the good one, once each, and clears the others', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8, 7, 9], ['x', 'b', 'y', 'd'])
    expect(blame.onVerified(0, ['a', 'b', 'c', 'd'])).toEqual({ culprits: [7] })
    expect(blame.needsDigests(0)).toBe(false)
    expect(blame.onVerified(0, ['a', 'b', 'c', 'd'])).toEqual({ culprits: [] })
  })

  it('is on a suspect that delivers the good piece itself the second time', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(blame.onVerified(0, ['a', 'b'])).toEqual({ culprits: [7] })
  })

  it('is on the single peer whose second download fails too, and the first failure stays open', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(blame.onCorrupt(0, [9, 9], [])).toEqual({ culprits: [9], suspects: [] })
    expect(blame.onVerified(0, ['a', 'b'])).toEqual({ culprits: [7] })
  })

  it('names a peer once for a piece that failed twice', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    blame.onCorrupt(0, [7, 9], ['x', 'z'])
    expect(blame.onVerified(0, ['a', 'b'])).toEqual({ culprits: [7, 9] })
  })

  it('is on everyone who was wrong in any attempt, and on a sole contributor between them at once', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 7, 8], ['x', 'b', 'c'])
    expect(blame.onCorrupt(0, [9, 8, 8], ['y', 'b', 'c'])).toEqual({ culprits: [], suspects: [9, 8] })
    expect(blame.onCorrupt(0, [6, 6, 6], [])).toEqual({ culprits: [6], suspects: [] })
    blame.onCorrupt(0, [8, 5, 8], ['a', 'z', 'c'])
    expect(blame.onVerified(0, ['a', 'b', 'c'])).toEqual({ culprits: [7, 9, 5] })
  })

  it('is one matter per piece', () => {
    const blame = new Blame()
    blame.onCorrupt(0, [7, 8], ['x', 'b'])
    expect(blame.onVerified(1, ['a', 'b'])).toEqual({ culprits: [] })
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
    const { culprits } = blame.onVerified(0, ['a', 'b'])
    expect([culprits.length, culprits[0]]).toEqual([casesMax, 101])
  })

  it('can not be settled without a digest per block', () => {
    expect(() => new Blame().onCorrupt(0, [7, 8], ['x'])).toThrow(RangeError)
  })
})
