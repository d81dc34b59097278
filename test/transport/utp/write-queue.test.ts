import { expect, test } from 'vitest'
import { WriteQueue } from '../../../transport/utp/write-queue.ts'

const text = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i)

function taken(queue: WriteQueue, byteCount: number): number[] {
  const into = new Uint8Array(byteCount + 2)
  queue.take(into, 1, byteCount)
  expect([into[0], into.at(-1)]).toEqual([0, 0])
  return [...into.subarray(1, -1)]
}

test('bytes are taken in order, over the ends of chunks, by the count', () => {
  const queue = new WriteQueue()
  queue.push([text(1, 3), text(4, 0), text(4, 5)])
  queue.push([text(9, 2)])
  expect(queue.length).toBe(10)
  expect([taken(queue, 2), taken(queue, 4), taken(queue, 4)]).toEqual([
    [1, 2],
    [3, 4, 5, 6],
    [7, 8, 9, 10],
  ])
  expect(queue.length).toBe(0)
})

test('chunks are kept by reference until they are taken', () => {
  const queue = new WriteQueue()
  const chunk = text(1, 2)
  queue.push([chunk])
  chunk[0] = 7
  expect(taken(queue, 2)).toEqual([7, 2])
})

test('each of the first four writes is a run of its own, later ones are one run', () => {
  const queue = new WriteQueue()
  for (let i = 0; i < 7; i++) queue.push([text(0, 10), text(0, i)])
  const runs: number[] = []
  while (queue.length > 0) {
    runs.push(queue.run)
    taken(queue, Math.min(queue.run, 12))
  }
  expect(runs).toEqual([10, 11, 12, 13, 1, 45, 33, 21, 9])
})

test('a write of nothing is none', () => {
  const queue = new WriteQueue()
  for (let i = 0; i < 9; i++) queue.push([new Uint8Array(0)])
  queue.push([text(0, 1)])
  queue.push([text(0, 1)])
  expect(queue.run).toBe(1)
})

test('thousands of chunks are taken, and what was cleared is gone', () => {
  const queue = new WriteQueue()
  for (let i = 0; i < 2000; i++) queue.push([Uint8Array.of(i & 0xff)])
  expect(taken(queue, 2000)).toEqual(Array.from({ length: 2000 }, (_, i) => i & 0xff))
  queue.push([text(0, 9)])
  queue.clear()
  queue.push([text(5, 1)])
  expect([queue.length, taken(queue, 1)]).toEqual([1, [5]])
})
