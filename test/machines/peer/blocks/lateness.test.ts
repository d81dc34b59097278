import { describe, expect, test } from 'vitest'
import { isLate } from '../../../../machines/peer/blocks/lateness.ts'
import { delays } from '../../../../machines/peer/vocabulary/delays.ts'
import { nextWaits, type Waits } from '../../../../machines/peer/vocabulary/waits.ts'
import { answersTo, requestingPeer, someBlocks, tick } from '../drive.ts'

const { lateMs, lateAtMostMs } = delays
const [first] = someBlocks(1)

/** A peer that owes a block since 0. */
const { context: owing } = requestingPeer(someBlocks(1))
const used = (...waited: readonly number[]) => waited.reduce<Waits | undefined>(nextWaits, undefined)
/** From when on it is late, in milliseconds. */
const lateFrom = (waits: Waits | undefined): number =>
  Array.from({ length: 30_001 }, (_, at) => at).findIndex((at) => isLate({ ...owing, waits }, at))

describe('a peer that owes a block and sends nothing of it is late', () => {
  test.each<[string, Waits | undefined, number]>([
    ['after 3 s, if it has given none', undefined, lateMs],
    ['after 3 s, if it gives them at once', used(40, 50, 40), lateMs],
    ['after twice its usual wait and four times what that varies by', { meanMs: 2_000, deviationMs: 100 }, 4_400],
    ['after 10 s, whatever is usual', used(9_000, 9_000, 9_000), lateAtMostMs],
  ])('%s', (_, waits, ms) => expect(lateFrom(waits)).toBe(ms))

  test('not before the next block is due, and never while it owes nothing', () => {
    expect(isLate({ ...owing, lastBlockAt: 5_000 }, lateMs + 4_999)).toBe(false)
    expect(isLate({ ...owing, lastBlockAt: 5_000 }, lateMs + 5_000)).toBe(true)
    expect(isLate({ ...owing, outstanding: [] }, 1e6)).toBe(false)
  })
})

test('while bytes of a block come it has three times as long', () => {
  const lastPart = (at: number) => ({ ...owing, lastPartAt: at - 500 })
  expect(isLate(lastPart(3 * lateMs - 1), 3 * lateMs - 1)).toBe(false)
  expect(isLate(lastPart(3 * lateMs), 3 * lateMs)).toBe(true)
  const peer = requestingPeer(someBlocks(2))
  peer.take(...[1, 2, 3, 4].map((s) => tick(s * 1_000, { silentInMs: 100, underWay: first })))
  expect(peer.value.requests).toBe('waiting')
})

test('the first wait says how long it may vary, later ones move both slowly (RFC 6298)', () => {
  expect(nextWaits(undefined, 100)).toEqual({ meanMs: 100, deviationMs: 50 })
  expect(nextWaits({ meanMs: 100, deviationMs: 50 }, 180)).toEqual({ meanMs: 110, deviationMs: 57.5 })
})

test('a batch is one wait: since the last one, or since the oldest request if that is younger', () => {
  const peer = requestingPeer(someBlocks(4))
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 400 })
  expect(peer.context.waits?.meanMs).toBe(400)
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(4)).slice(2), at: 1_200 })
  expect(peer.context.waits?.meanMs).toBe(450)
  peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 60_000 })
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 60_450 })
  expect(peer.context.waits?.meanMs).toBe(450)
})
