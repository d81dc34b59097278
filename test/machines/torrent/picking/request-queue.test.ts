import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RequestQueue } from '../../../../machines/torrent/picking/request-queue.ts'

function blocksIn(queue: RequestQueue): number[] {
  return Array.from({ length: queue.length }, (_, nth) => queue.at(nth))
}

it('holds what was pushed and not removed, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ push: fc.boolean(), pick: fc.nat(1000) }), { maxLength: 300 }), (steps) => {
      const queue = new RequestQueue()
      const model: number[] = []
      for (const [block, { push, pick }] of steps.entries()) {
        if (push || model.length === 0) {
          queue.push(block)
          model.push(block)
        } else {
          const [removed = -1] = model.splice(pick % model.length, 1)
          expect(queue.remove(removed)).toBe(true)
          expect(queue.remove(removed)).toBe(false)
        }
        expect(blocksIn(queue)).toEqual(model)
      }
      queue.clear()
      expect(blocksIn(queue)).toEqual([])
    }),
  )
})

it('holds the last block of the largest torrent', () => {
  const queue = new RequestQueue()
  queue.push(2 ** 40 + 1)
  expect([queue.remove(2 ** 40), queue.remove(1), queue.remove(2 ** 40 + 1)]).toEqual([false, false, true])
})
