import { expect, test } from 'vitest'
import * as serving from '../../../../machines/peer/blocks/serving.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import { Rate } from '../../../../machines/rate.ts'
import { answersTo, openPeer, someBlocks } from '../drive.ts'

const { context } = openPeer()
const three = someBlocks(3)

test('what is read counts against reqq beside what is queued', () => {
  const full = {
    ...context,
    serving: Array.from({ length: limits.reqq - 1 }, () => three)
      .flat()
      .slice(0, limits.reqq - 1),
  }
  const { change, refused } = serving.queue(full, three)
  expect(change.queued).toEqual(three.slice(0, 1))
  expect(refused).toEqual(three.slice(1))
})

test('nothing is read when the queue is empty or the window full', () => {
  expect(serving.serveNext(context).next).toEqual([])
  const [block] = three
  const full = { ...context, queued: three, serving: block ? new Array(64).fill(block) : [] }
  expect(serving.serveNext(full)).toEqual({ change: {}, next: [] })
})

test('only blocks still asked for go out, and only they count as uploaded', () => {
  const { change, blocks } = serving.deliver({ ...context, serving: three.slice(1) }, answersTo(three))
  expect(blocks).toEqual(answersTo(three.slice(1)))
  expect(change).toMatchObject({ serving: [], uploaded: 2 * 16_384 })
  expect(serving.deliver(context, answersTo(three))).toEqual({ blocks: [], change: {} })
})

test('a withdrawn request is answered when it was still open', () => {
  const { change, withdrawn } = serving.withdraw({ ...context, serving: three.slice(1) }, three.slice(0, 2))
  expect(withdrawn).toEqual(three.slice(1, 2))
  expect(change.serving).toEqual(three.slice(2))
})

test('a cancel reaches the queue, not what is being read (BEP 6)', () => {
  const { change, gone } = serving.cancelled({ ...context, queued: three.slice(1), serving: three.slice(0, 1) }, three)
  expect(gone).toEqual(three.slice(1))
  expect(change).toEqual({ queued: [] })
})

test('under a limit no more is read ahead than goes out soon, and always a block', () => {
  const rateUp = Rate.start(0).add(1_000_000, 1_000)
  const rateLimits = { down: Number.POSITIVE_INFINITY, up: 2_000_000 }
  expect(serving.uploadWindow(context)).toBe(limits.uploadWindowBytes)
  expect(serving.uploadWindow({ ...context, rateUp })).toBe(limits.uploadWindowBytes)
  expect(serving.uploadWindow({ ...context, rateLimits, rateUp })).toBe(200_000)
  expect(serving.uploadWindow({ ...context, rateLimits })).toBe(16_384)
  expect(serving.serveNext({ ...context, rateLimits, queued: three }).next).toEqual(three.slice(0, 1))
})
