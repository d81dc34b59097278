import { expect, test } from 'vitest'
import * as requesting from '../../../../machines/peer/blocks/requesting.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import { answersTo, openPeer, requestingPeer, someBlocks } from '../drive.ts'

test('room is what the depth leaves beside the requests on their way, never below zero', () => {
  expect(requesting.roomOf(openPeer().context)).toBe(4)
  expect(requesting.roomOf(requestingPeer(someBlocks(3)).context)).toBe(1)
  expect(requesting.roomOf(requestingPeer(someBlocks(10)).context)).toBe(0)
})

test.each([
  [0, 100],
  [80, 20],
  [87, 13],
  [88, 0],
  [99, 0],
  [100, 0],
])(
  'of a depth of 100 with %i requests on their way there is room for %i: less than an eighth waits for more',
  (open, room) => {
    const { context } = openPeer()
    const outstanding = Array.from({ length: open }, (_, index) => ({ index, begin: 0, length: 16_384, at: 0 }))
    expect(requesting.roomOf({ ...context, outstanding, depth: { ...context.depth, depth: 100 } })).toBe(room)
  },
)

test('the depth grows by a block that came, up to the reqq of the remote (BEP 10)', () => {
  const { context } = requestingPeer(someBlocks(10))
  const blocks = answersTo(someBlocks(10))
  const depthWith = (reqq?: number) =>
    requesting.receive({ ...context, remoteGreeting: reqq === undefined ? {} : { reqq } }, blocks, {
      at: 1,
      heldBack: false,
    }).change.depth?.depth
  expect(depthWith()).toBe(14)
  expect(depthWith(6)).toBe(6)
  expect(depthWith(0)).toBe(1)
})

test('a peer that rejects while it does not choke us takes no more at once than is left; what we had given up says nothing', () => {
  const peer = requestingPeer(someBlocks(4))
  const { change, released } = requesting.rejected(peer.context, someBlocks(1))
  expect([change.depth?.depth, change.outstanding?.length, released]).toEqual([3, 3, someBlocks(1)])
  peer.take({ type: 'torrent.cancel', requests: someBlocks(1) })
  expect(requesting.rejected(peer.context, someBlocks(1)).change.depth).toBeUndefined()
})

test('the whole batch is passed on by reference when all of it was asked for', () => {
  const blocks = answersTo(someBlocks(2))
  expect(requesting.receive(requestingPeer(someBlocks(4)).context, blocks, { at: 1, heldBack: false }).wanted).toBe(
    blocks,
  )
})

test('giving up nothing changes nothing', () => {
  expect(requesting.giveUp(requestingPeer(someBlocks(2)).context, () => false)).toEqual({ change: {}, released: [] })
})

test('what is given up is owed, the newest 1000', () => {
  const { context } = requestingPeer(someBlocks(2))
  const owed = Array.from({ length: limits.owed }, (_, begin) => ({ index: 9, begin, length: 1 }))
  const { change } = requesting.giveUp({ ...context, owed }, () => true)
  expect(change.owed).toHaveLength(limits.owed)
  expect(change.owed?.slice(-2)).toMatchObject(someBlocks(2))
  expect(change.owed?.[0]).toEqual(owed[2])
})

test('a block is expected while it is on its way or owed', () => {
  const peer = requestingPeer(someBlocks(2))
  const [first, second, third] = answersTo(someBlocks(3))
  peer.take({ type: 'torrent.cancel', requests: someBlocks(1) })
  const expected = [first, second, third].map((block) => block && requesting.bringsExpected(peer.context, [block]))
  expect(expected).toEqual([true, true, false])
})
