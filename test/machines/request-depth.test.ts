import { describe, expect, it } from 'vitest'
import { blockBytes } from '../../machines/layout.ts'
import {
  type DepthFacts,
  defaultReqq,
  limitDepth,
  nextDepth,
  type RequestDepth,
  rejectedDepth,
  startDepth,
} from '../../machines/request-depth.ts'

const quiet: DepthFacts = {
  received: 0,
  rateBytesPerSecond: 0,
  snubbed: false,
  heldBack: false,
  limit: Number.POSITIVE_INFINITY,
  reqq: defaultReqq,
  at: 0,
}

/** Blocks come evenly, `perSecond` of them, a tenth of a second at a time. */
function steady(state: RequestDepth, perSecond: number, seconds: number, reqq = defaultReqq): RequestDepth {
  let depth = state
  for (let step = 1; step <= seconds * 10; step++) {
    const received = Math.floor((step * perSecond) / 10) - Math.floor(((step - 1) * perSecond) / 10)
    depth = nextDepth(depth, { ...quiet, received, rateBytesPerSecond: perSecond * blockBytes, reqq, at: step * 100 })
  }
  return depth
}

const initialDepth = startDepth(0)

describe('the request depth', () => {
  it('doubles with each round trip at first', () => {
    let depth = initialDepth
    const depths = []
    for (let trip = 1; trip <= 5; trip++) {
      depth = nextDepth(depth, { ...quiet, received: depth.depth, at: trip * 10 })
      depths.push(depth.depth)
    }
    expect(depths).toEqual([8, 16, 32, 64, 128])
  })

  it('reaches the cap within 7 round trips on a link without delay', () => {
    let depth = initialDepth
    for (let trip = 1; trip <= 7; trip++) depth = nextDepth(depth, { ...quiet, received: depth.depth, at: trip })
    expect(depth.depth).toBe(defaultReqq)
    expect(steady(depth, 16_000, 5).depth).toBe(defaultReqq)
  })

  it('is what a remote has left when it rejects, 2 at least, and slow start is over', () => {
    const fast = steady(initialDepth, 16_000, 2)
    expect([64, 1, 0].map((left) => rejectedDepth(fast, left).depth)).toEqual([64, 2, 2])
    expect(rejectedDepth(fast, 64).slowStart).toBe(false)
    expect(rejectedDepth(initialDepth, 10).depth).toBe(4)
  })

  it('follows the rate again after a reject, beyond what the remote had left by one, and by one more each second', () => {
    const taught = rejectedDepth(steady(initialDepth, 16_000, 2), 64)
    const from = { ...taught, secondStartedAt: 0 }
    expect([1, 2, 3, 4, 5].map((seconds) => steady(from, 16_000, seconds + 0.1).depth)).toEqual([65, 67, 70, 74, 79])
    expect(steady(from, 16_000, 20).depth).toBe(defaultReqq)
    expect(steady(from, 10, 11).depth).toBe(30)
    const again = rejectedDepth(steady(from, 16_000, 4), 64)
    expect(steady({ ...again, secondStartedAt: 0 }, 16_000, 1.1).depth).toBe(65)
    expect(nextDepth(from, { ...quiet, snubbed: true }).queue).toBe(64)
  })

  it('covers 3 s of the rate once that has stopped growing', () => {
    const depth = steady(initialDepth, 20, 4)
    expect(depth.slowStart).toBe(false)
    expect(depth.depth).toBe(60)
  })

  it('goes on growing while the rate does', () => {
    let depth = initialDepth
    for (let second = 1; second <= 5; second++) {
      depth = nextDepth(depth, { ...quiet, received: second * 10, rateBytesPerSecond: 1, reqq: 400, at: second * 1000 })
    }
    expect([depth.slowStart, depth.depth]).toEqual([true, 4 + 150])
  })

  it('is at least 2 for a slow peer', () => {
    expect(steady(initialDepth, 0.4, 30).depth).toBe(2)
  })

  it.each([
    [1, 1],
    [50, 50],
    [2000, 500],
    [0, 1],
  ])('stays at what a peer with a reqq of %i takes: %i', (reqq, most) => {
    expect(steady(initialDepth, 10_000, 5, reqq).depth).toBe(most)
  })

  it('is 1 while snubbed, and starts slowly afterwards', () => {
    const snubbed = nextDepth(steady(initialDepth, 20, 4), { ...quiet, snubbed: true, at: 30_000 })
    expect(snubbed.depth).toBe(1)
    const back = nextDepth(snubbed, { ...quiet, received: 1, at: 31_000 })
    expect([back.depth, back.slowStart]).toEqual([2, true])
  })

  it('falls by one in two batches while a limit holds the peer back, to one more than 50 ms of the limit, and grows again afterwards', () => {
    const held = { ...quiet, received: 2, heldBack: true, limit: 1024 ** 2, rateBytesPerSecond: 1024 ** 2 }
    let depth = { ...initialDepth, depth: 10 }
    const depths = []
    for (let batch = 1; batch <= 40; batch++) {
      depth = nextDepth(depth, { ...held, at: batch * 100 })
      depths.push(depth.depth)
    }
    expect(depths.slice(0, 9)).toEqual([10, 9, 9, 8, 8, 7, 7, 6, 6])
    expect(depth.depth).toBe(5)
    depth = nextDepth(depth, { ...held, heldBack: false, at: 4_100 })
    expect(depth.depth).toBe(7)
  })

  it('stays while a limit holds the peer back that is not told yet', () => {
    expect(nextDepth(initialDepth, { ...quiet, received: 1, heldBack: true }).depth).toBe(4)
  })

  it('does not leap to 3 s of the rate between two batches that a limit holds back', () => {
    let depth = initialDepth
    for (let second = 1; second <= 10; second++) {
      const facts = { ...quiet, received: 1, limit: 1024 ** 2, rateBytesPerSecond: 1024 ** 2, at: second * 1_000 }
      depth = nextDepth(nextDepth(depth, { ...facts, heldBack: true }), facts)
    }
    expect(depth.depth).toBeLessThan(20)
  })

  it.each([
    [1, 1],
    [1024 ** 2 / 8, 1],
    [1024 ** 2 / 2, 3],
    [1e9, 4],
  ])('starts at what a limit of %i needs, 4 at most: %i', (limit, depth) => {
    expect(limitDepth(initialDepth, limit).depth).toBe(depth)
    expect(limitDepth({ ...initialDepth, depth: 300 }, limit).depth).toBe(depth)
  })

  it('leaves the state it is given as it was', () => {
    nextDepth(initialDepth, { ...quiet, received: 10, at: 1 })
    expect(initialDepth.depth).toBe(4)
  })
})
