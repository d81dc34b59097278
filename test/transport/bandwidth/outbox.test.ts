import { expect, test } from 'vitest'
import { createBandwidth, gatesOf } from '../../../transport/bandwidth/bandwidth.ts'
import { Outbox } from '../../../transport/bandwidth/outbox.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Block } from '../../../transport/wire/messages.ts'

const blockBytes = 16_384
const someBlocks = (count: number): Block[] =>
  Array.from({ length: count }, (_, index) => ({ index, begin: 0, data: new Uint8Array(blockBytes) }))

/** An outbox, and what it has had written: indexes of blocks, and `drained`. */
function writing(limit: number) {
  const clock = new SimulatedClock()
  const bandwidth = createBandwidth({ clock, up: limit })
  const { up: gate } = gatesOf(bandwidth)
  const written: (number | 'drained')[] = []
  const outbox: Outbox = new Outbox(
    {
      writeBlock({ index, data }) {
        written.push(index)
        outbox.wrote(data.length)
      },
      outboxDrained: () => written.push('drained'),
    },
    [bandwidth],
  )
  return { clock, gate, outbox, written }
}

test('blocks go at the limit, in order, and it tells once when none is left', () => {
  const { clock, outbox, written } = writing(blockBytes)
  expect(outbox.push(someBlocks(5))).toBe(false)
  expect(written).toHaveLength(2)
  clock.advance(1_500)
  expect(written).toEqual([0, 1, 2])
  clock.advance(10_000)
  expect(written).toEqual([0, 1, 2, 3, 4, 'drained'])
  expect(clock.pending).toBe(0)
})

test('what finds room at once is not held', () => {
  const { outbox, written } = writing(1_000_000)
  expect(outbox.push(someBlocks(1))).toBe(true)
  expect(written).toEqual([0])
})

test('other messages are spent, so blocks wait for them', () => {
  const { clock, outbox, written } = writing(1_000)
  outbox.wrote(13 + blockBytes + 10_000)
  outbox.push(someBlocks(1))
  clock.advance(9_900)
  expect(written).toEqual([])
  clock.advance(200)
  expect(written).toEqual([0, 'drained'])
})

test('nothing is written to a full socket, and it goes on when that has drained', () => {
  const { clock, outbox, written } = writing(1_000_000)
  outbox.fill()
  expect(outbox.push(someBlocks(2))).toBe(false)
  clock.advance(1_000)
  expect(written).toEqual([])
  outbox.drained()
  expect(written).toEqual([0, 1, 'drained'])
})

test('without a limit nothing has to pass through it', () => {
  const { gate, outbox } = writing(Number.POSITIVE_INFINITY)
  expect(outbox.isFree).toBe(true)
  gate.setLimit(1)
  outbox.push(someBlocks(3))
  gate.setLimit(Number.POSITIVE_INFINITY)
  expect(outbox.isFree).toBe(false)
})

test('stopped it drops what waits', () => {
  const { clock, outbox, written } = writing(1)
  outbox.push(someBlocks(5))
  outbox.stop()
  const { length } = written
  clock.advance(1e9)
  expect([written.length, clock.pending]).toEqual([length, 0])
})
