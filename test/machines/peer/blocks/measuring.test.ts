import { expect, test } from 'vitest'
import { measured, payloadAt } from '../../../../machines/peer/blocks/measuring.ts'
import { answersTo, openPeer, requestingPeer, someBlocks, tick } from '../drive.ts'

const [first, second] = someBlocks(2)

test('a second of blocks is measured as a rate', () => {
  const peer = requestingPeer(someBlocks(2))
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 400 }, tick(1000))
  expect(peer.context.rateDown.total).toBe(32_768)
  expect(peer.context.now).toBe(1000)
})

test('since when a limit holds our reading back is kept while it lasts', () => {
  const { context } = openPeer()
  const heldBack = { ...tick(3000), heldBack: true } as const
  expect(measured(context, heldBack).heldBackSince).toBe(3000)
  expect(measured({ ...context, heldBackSince: 2000 }, heldBack).heldBackSince).toBe(2000)
  expect(measured({ ...context, heldBackSince: 2000 }, tick(3000)).heldBackSince).toBeUndefined()
})

test('payload has not come before the first block, nor by words about blocks', () => {
  const peer = requestingPeer(someBlocks(2))
  peer.take({ type: 'wire.have', index: 1 }, tick(1000), tick(2000))
  expect(payloadAt(peer.context)).toBeUndefined()
})

test('payload comes with each block we asked for', () => {
  const peer = requestingPeer(someBlocks(2))
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 400 }, tick(5000, { silentInMs: 300 }))
  expect(payloadAt(peer.context)).toBe(400)
})

test('payload has come with the last byte of a block we asked for that is not whole yet', () => {
  const peer = requestingPeer(someBlocks(2))
  peer.take(tick(1000, { silentInMs: 300, underWay: first }))
  expect(payloadAt(peer.context)).toBe(700)
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 1400 })
  expect(payloadAt(peer.context)).toBe(1400)
  peer.take(tick(2000, { silentInMs: 100, underWay: second }), tick(3000, { silentInMs: 1100, underWay: second }))
  expect(payloadAt(peer.context)).toBe(1900)
})

test('a block that we gave up and that comes all the same is payload, one we never asked for is none', () => {
  const peer = requestingPeer(someBlocks(1), { features: { fast: false } })
  peer.take({ type: 'wire.choke' }, tick(1000, { underWay: second }))
  expect(payloadAt(peer.context)).toBeUndefined()
  peer.take(tick(2000, { underWay: first }))
  expect(payloadAt(peer.context)).toBe(2000)
})
