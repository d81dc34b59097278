import { expect, test } from 'vitest'
import { encode } from '../../../transport/wire/encode.ts'
import { HaveQueue } from '../../../transport/wire/have-queue.ts'
import { concat, toHex } from './record.ts'

const haves = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const wire = (indexes: readonly number[]) => toHex(concat(indexes.flatMap((index) => encode({ name: 'have', index }))))

function everyPortion(queue: HaveQueue): Uint8Array[] {
  const portions: Uint8Array[] = []
  for (let portion = queue.next(); portion; portion = queue.next()) portions.push(portion)
  return portions
}

test('haves are said in portions of at most 64 KiB, in order, each once', () => {
  const queue = new HaveQueue()
  queue.push(haves(0, 20_000))
  queue.push([])
  queue.push(haves(20_000, 20_003))
  const portions = everyPortion(queue)
  expect(portions.length).toBe(3)
  for (const { length } of portions) expect(length).toBeLessThanOrEqual(64 * 1024)
  expect(toHex(concat(portions))).toBe(wire(haves(0, 20_003)))
  expect(queue.next()).toBeUndefined()
})

test('what waits can be forgotten', () => {
  const queue = new HaveQueue()
  queue.push(haves(0, 20_000))
  queue.next()
  queue.clear()
  expect(queue.next()).toBeUndefined()
})

test('an index that is no u32 is a mistake of the caller', () => {
  const queue = new HaveQueue()
  queue.push([2 ** 32])
  expect(() => queue.next()).toThrow(RangeError)
})
