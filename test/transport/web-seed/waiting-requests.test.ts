import { expect, test } from 'vitest'
import { runBytesMax, WaitingRequests } from '../../../transport/web-seed/waiting-requests.ts'

const blockBytes = 16_384
const block = (index: number, number: number, length = blockBytes) => ({ index, begin: number * blockBytes, length })

test('requests that stand one behind the other become one, over the ends of pieces; the oldest comes first', () => {
  const waiting = new WaitingRequests(2 * blockBytes)
  for (const request of [block(5, 0), block(1, 1), block(5, 1), block(2, 0), block(6, 0, 100)]) waiting.add(request)
  expect(waiting.next()).toEqual({
    begin: 10 * blockBytes,
    end: 12 * blockBytes + 100,
    blocks: [block(5, 0), block(5, 1), block(6, 0, 100)],
  })
  expect(waiting.next()?.blocks).toEqual([block(1, 1), block(2, 0)])
  expect(waiting.next()).toBeUndefined()
})

test('what was cancelled is not asked for', () => {
  const waiting = new WaitingRequests(2 * blockBytes)
  for (const request of [block(0, 0), block(0, 1), block(1, 0)]) waiting.add(request)
  expect([waiting.cancel(block(0, 1)), waiting.cancel(block(0, 1))]).toEqual([true, false])
  expect(waiting.next()?.blocks).toEqual([block(0, 0)])
})

test('a run has 16 MiB at most', () => {
  const waiting = new WaitingRequests(2 ** 25)
  for (let number = 0; number < 1_030; number++) waiting.add(block(0, number))
  const run = waiting.next()
  expect((run?.end ?? 0) - (run?.begin ?? 0)).toBe(runBytesMax)
  expect(waiting.next()?.blocks).toHaveLength(6)
})
