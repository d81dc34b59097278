import { describe, expect, test } from 'vitest'
import * as selectors from '../../machines/peer/selectors.ts'
import { createBandwidth } from '../../transport/bandwidth/bandwidth.ts'
import { createPair, everything, type Pair } from '../pair.ts'

const blockBytes = 16_384

/** The dialler has been unchoked, and asked for the first so many blocks of the accepter. */
function asking(count: number, options: Parameters<typeof createPair>[0] = {}): Pair {
  const pair = createPair({ ...options, accepter: { have: everything, ...options.accepter } })
  pair.settle(100)
  pair.dialler.peer.interested()
  pair.accepter.peer.unchoke()
  pair.settle(100)
  for (let i = 0; i < count; i++) pair.dialler.peer.request(Math.floor(i / 2), (i % 2) * blockBytes, blockBytes)
  return pair
}

describe.each(['none', 'required'] as const)('encryption %s', (encryption) => {
  const sides = { dialler: { encryption }, accepter: { encryption } }

  test('a peer sends no faster than it is limited', () => {
    const { clock, dialler } = asking(18, { ...sides, accepter: { encryption, uploadLimit: blockBytes } })
    clock.advance(10_000)
    expect(dialler.blocks.length).toBeGreaterThanOrEqual(10)
    expect(dialler.blocks.length).toBeLessThanOrEqual(12)
  })

  test('a peer reads no faster than it is limited, also when told at run time', () => {
    const { clock, dialler } = asking(18, sides)
    dialler.peer.setLimits({ down: blockBytes })
    clock.advance(5_000)
    expect(dialler.blocks.length).toBeLessThanOrEqual(7)
    dialler.peer.setLimits({ down: undefined })
    clock.advance(1_000)
    expect(dialler.blocks.length).toBe(18)
  })
})

test('messages pass the blocks that wait for a limit', () => {
  const { clock, dialler, accepter } = asking(18, { accepter: { uploadLimit: 1_000 } })
  clock.advance(1_000)
  const before = dialler.blocks.length
  accepter.peer.choke()
  clock.advance(10)
  expect(dialler.peer.peerChoking).toBe(true)
  expect(dialler.blocks.length).toBe(before)
})

test('large extended messages wait for a limit too; the peer that asks for more than 4 MiB of them is closed', () => {
  const pair = createPair({ accepter: { uploadLimit: 50_000 } })
  pair.settle(100)
  const { actor, transport } = pair.accepter.peer
  const isCongested = () => selectors.isCongested(actor.getSnapshot())
  const say = () => transport.send({ type: 'send.extended', id: 3, payload: new Uint8Array(blockBytes) })
  for (let i = 0; i < 4; i++) say()
  expect(isCongested()).toBe(true)
  pair.settle(2_000)
  expect([isCongested(), pair.accepter.closeReason]).toEqual([false, undefined])
  for (let i = 0; i < 260; i++) say()
  pair.settle(100)
  expect(pair.accepter.closeReason).toMatchObject({ code: 'not_reading' })
})

test('a choke finds at most two blocks of a slow upload on their way: the others were not read yet', () => {
  const { clock, dialler, accepter } = asking(18, { accepter: { uploadLimit: 1_000 } })
  clock.advance(1_000)
  const before = dialler.blocks.length
  accepter.peer.choke()
  clock.advance(600_000)
  expect(dialler.blocks.length - before).toBeLessThanOrEqual(2)
  const answered =
    dialler.blocks.length + dialler.news.flatMap((news) => (news.type === 'peer.released' ? news.requests : [])).length
  expect(answered).toBeGreaterThanOrEqual(18)
  expect(dialler.closeReason).toBeUndefined()
})

test.each([0, -1, Number.NaN])('a peer has no limit of %d, and throws at the call', (limit) => {
  expect(() => createPair({ dialler: { downloadLimit: limit } })).toThrow(RangeError)
  const { dialler, settle } = createPair()
  settle()
  expect(() => dialler.peer.setLimits({ up: limit })).toThrow(/limit up/)
  settle()
  expect(dialler.closeReason).toBeUndefined()
})

test('the peer knows its limits, also those that are shared, within a second', () => {
  const pair = createPair()
  const bandwidth = createBandwidth({ clock: pair.clock, down: 5_000 })
  pair.settle(100)
  pair.dialler.peer.transport.send({ type: 'link.share_bandwidth', bandwidth })
  const told = () => pair.dialler.peer.actor.getSnapshot().context.rateLimits
  expect(told()).toEqual({ down: 5_000, up: Number.POSITIVE_INFINITY })
  bandwidth.setLimits({ down: 4_000, up: 3_000 })
  pair.settle(1_000)
  expect(told()).toEqual({ down: 4_000, up: 3_000 })
  pair.dialler.peer.setLimits({ down: 1_000 })
  expect(told()).toEqual({ down: 1_000, up: 3_000 })
})

test('without limits no timer is set but the tick', () => {
  const { clock, dialler, accepter } = asking(18)
  clock.advance(900)
  const { pending } = clock
  dialler.peer.setLimits({ down: 1e6, up: 1e6 })
  accepter.peer.setLimits({ down: 1e6, up: 1e6 })
  clock.advance(900)
  expect(dialler.blocks.length).toBe(18)
  expect(clock.pending).toBe(pending)
})
