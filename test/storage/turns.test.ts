import { expect, test } from 'vitest'
import { Turns } from '../../storage/turns.ts'

test('so many work at once, the next when one ends, well or not, in their order', async () => {
  const turns = new Turns(2)
  const started: number[] = []
  const ends: ((error?: Error) => void)[] = []
  const works = [0, 1, 2, 3].map((i) =>
    turns.take(() => {
      started.push(i)
      return new Promise<number>((resolve, reject) => {
        ends[i] = (error) => (error ? reject(error) : resolve(i))
      })
    }),
  )
  expect(started).toEqual([0, 1])
  ends[1]?.(new Error('broken'))
  await expect(works[1]).rejects.toThrow('broken')
  expect(started).toEqual([0, 1, 2])
  ends[0]?.()
  expect(await works[0]).toBe(0)
  expect(started).toEqual([0, 1, 2, 3])
  ends[2]?.()
  ends[3]?.()
  expect(await Promise.all([works[2], works[3]])).toEqual([2, 3])
})
