import { expect, test } from 'vitest'
import { ChunkQueue } from '../../transport/chunk-queue.ts'

test('bytes come out in the order they went in, however they are divided', () => {
  const queue = new ChunkQueue()
  for (const chunk of [[1, 2, 3], [4], [5, 6]]) queue.push(Uint8Array.from(chunk))
  const taken = [2, 3, 1].map((byteCount) => {
    const bytes = new Uint8Array(byteCount)
    queue.takeInto(bytes)
    return [[...bytes], queue.byteCount]
  })
  expect(taken).toEqual([
    [[1, 2], 4],
    [[3, 4, 5], 1],
    [[6], 0],
  ])
})

test('what is cleared does not come out, nor does the rest of a chunk of which some was taken', () => {
  const queue = new ChunkQueue()
  queue.push(Uint8Array.of(1, 2))
  queue.takeInto(new Uint8Array(1))
  queue.clear()
  queue.push(Uint8Array.of(3))
  const bytes = new Uint8Array(1)
  queue.takeInto(bytes)
  expect([bytes[0], queue.byteCount]).toEqual([3, 0])
})
