import { describe, expect, it } from 'vitest'
import { PartialPiece } from '../../../../machines/torrent/picking/partial-piece.ts'

describe('a piece in progress', () => {
  it('counts each block as free, requested or received', () => {
    const partial = new PartialPiece(3, 4, undefined)
    partial.request(0, 1)
    partial.request(1, 1)
    expect(partial.receive(0, 1)).toEqual([])
    expect([partial.free, partial.requested, partial.received, partial.isComplete]).toEqual([2, 1, 1, false])
    expect(partial.receive(3, 2)).toEqual([])
    expect([partial.free, partial.requested, partial.received]).toEqual([1, 1, 2])
    expect(partial.contributors()).toEqual([1, undefined, undefined, 2])
  })

  it('finds the lowest free block again after a release', () => {
    const partial = new PartialPiece(0, 3, undefined)
    for (const block of [0, 1, 2]) partial.request(block, 1)
    expect(partial.nextFree(0)).toBe(-1)
    partial.release(2, 1)
    expect(partial.nextFree(0)).toBe(2)
    partial.release(0, 1)
    expect([partial.nextFree(0), partial.nextFree(1)]).toEqual([0, 2])
  })

  it('frees a block when the last peer asked for it is released, and only by peers asked for it', () => {
    const partial = new PartialPiece(0, 1, undefined)
    partial.request(0, 1)
    partial.requestAgain(0, 2)
    partial.requestAgain(0, 3)
    partial.release(0, 9)
    expect(partial.requesters(0)).toBe(3)
    partial.release(0, 1)
    partial.release(0, 3)
    expect([partial.isRequestedFrom(0, 2), partial.requesters(0), partial.free]).toEqual([true, 1, 0])
    partial.release(0, 2)
    expect([partial.requesters(0), partial.free]).toEqual([0, 1])
  })

  it('has an owner until it is shared, and keeps its blocks', () => {
    const partial = new PartialPiece(0, 2, 7)
    partial.receive(0, 7)
    expect(partial.owner).toBe(7)
    partial.share()
    expect([partial.owner, partial.contributors()]).toEqual([undefined, [7, undefined]])
  })

  it('answers which others were asked for a block that came', () => {
    const partial = new PartialPiece(0, 2, undefined)
    partial.request(0, 1)
    partial.requestAgain(0, 2)
    expect(partial.receive(0, 2)).toEqual([1])
    partial.request(1, 1)
    expect(partial.receive(1, 7)).toEqual([1])
    expect([partial.isComplete, partial.requesters(0), partial.isRequestedFrom(0, 1)]).toEqual([true, 0, false])
    expect([partial.hasReceived(0), partial.requested]).toEqual([true, 0])
  })
})
