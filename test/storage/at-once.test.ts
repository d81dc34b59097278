import { expect, test } from 'vitest'
import { eachAtOnce } from '../../storage/at-once.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Work that ends, item by item, when it is told to. */
function someWork() {
  const begun: number[] = []
  const ends = new Map<number, (error?: Error) => void>()
  const use = (item: number) =>
    new Promise<void>((resolve, reject) => {
      begun.push(item)
      ends.set(item, (error) => (error ? reject(error) : resolve()))
    })
  return { begun, use, end: (item: number, error?: Error) => ends.get(item)?.(error) }
}

test('as many as are allowed are under way, and the next begins when one ends', async () => {
  const { begun, use, end } = someWork()
  const all = eachAtOnce([1, 2, 3, 4], 2, use)
  expect(begun).toEqual([1, 2])
  end(2)
  await turn()
  expect(begun).toEqual([1, 2, 3])
  for (const item of [1, 3]) end(item)
  await turn()
  expect(begun).toEqual([1, 2, 3, 4])
  end(4)
  await all
})

test('after a failure nothing is begun; it is thrown when what is under way has ended', async () => {
  const { begun, use, end } = someWork()
  const over: string[] = []
  const all = eachAtOnce([1, 2, 3, 4], 2, use).catch((error: Error) => over.push(error.message))
  end(1, new Error('first'))
  await turn()
  expect(over).toEqual([])
  end(2, new Error('second'))
  await all
  expect([over, begun]).toEqual([['first'], [1, 2]])
})

test('nothing to do is done at once', async () => {
  await eachAtOnce([], 3, () => Promise.reject(new Error('called')))
})
