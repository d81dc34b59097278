import { expect, test } from 'vitest'
import { createBandwidth, gatesOf } from '../../../transport/bandwidth/bandwidth.ts'
import { Outbox } from '../../../transport/bandwidth/outbox.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Message } from '../../../transport/wire/messages.ts'

const blockBytes = 16_384
const someBlocks = (count: number): Message => ({
  name: 'piece',
  blocks: Array.from({ length: count }, (_, index) => ({ index, begin: 0, data: new Uint8Array(blockBytes) })),
})
const extended = (id: number, length: number): Message => ({ name: 'extended', id, payload: new Uint8Array(length) })

/** An outbox, and what it has had written: indexes of blocks, ids of extended messages as `e3`, and `drained`. */
function writing(limit: number) {
  const clock = new SimulatedClock()
  const bandwidth = createBandwidth({ clock, up: limit })
  const { up: gate } = gatesOf(bandwidth)
  const written: (number | string)[] = []
  const outbox: Outbox = new Outbox(
    {
      writeMessage(message) {
        if (message.name === 'extended') {
          written.push(`e${message.id}`)
          outbox.wrote(message.payload.length)
        }
        if (message.name !== 'piece') return
        for (const { index, data } of message.blocks) {
          written.push(index)
          outbox.wrote(data.length)
        }
      },
      outboxDrained: () => written.push('drained'),
    },
    [gate],
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

test('without a limit everything passes, unless some still wait', () => {
  const { clock, gate, outbox } = writing(Number.POSITIVE_INFINITY)
  const passing = () => [someBlocks(1), extended(3, blockBytes)].map((message) => outbox.letsPass(message))
  expect(passing()).toEqual([true, true])
  gate.setLimit(1)
  outbox.push(someBlocks(3))
  gate.setLimit(Number.POSITIVE_INFINITY)
  expect(passing()).toEqual([false, false])
  clock.advance(1)
  expect(passing()).toEqual([true, true])
})

test('under a limit blocks and extended messages above 4 KiB wait, in one line; all others pass', () => {
  const { clock, outbox, written } = writing(blockBytes)
  expect([someBlocks(1), extended(3, 4097)].map((message) => outbox.letsPass(message))).toEqual([false, false])
  for (const message of [{ name: 'choke' }, { name: 'have', index: 1 }, extended(3, 4096)] as const) {
    expect(outbox.letsPass(message)).toBe(true)
  }
  outbox.push(someBlocks(3))
  expect(outbox.push(extended(1, blockBytes))).toBe(false)
  outbox.push(someBlocks(1))
  clock.advance(10_000)
  expect(written).toEqual([0, 1, 2, 'e1', 0, 'drained'])
})

test('a small extended message does not overtake a large one', () => {
  const { clock, outbox, written } = writing(blockBytes)
  outbox.push(someBlocks(2))
  outbox.push(extended(1, blockBytes))
  expect(outbox.letsPass(extended(2, 0))).toBe(false)
  outbox.push(extended(2, 0))
  expect([outbox.letsPass({ name: 'choke' }), outbox.extendedBytes]).toEqual([true, blockBytes + 12])
  clock.advance(10_000)
  expect(written).toEqual([0, 1, 'e1', 'e2', 'drained'])
  expect([outbox.letsPass(extended(2, 0)), outbox.extendedBytes]).toEqual([true, 0])
})

test('stopped it drops what waits', () => {
  const { clock, outbox, written } = writing(1)
  outbox.push(someBlocks(5))
  outbox.push(extended(1, blockBytes))
  outbox.stop()
  const { length } = written
  clock.advance(1e9)
  expect([written.length, outbox.extendedBytes, clock.pending]).toEqual([length, 0, 0])
})
