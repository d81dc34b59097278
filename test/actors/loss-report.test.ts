import { expect, test } from 'vitest'
import { newsOfLosses } from '../../actors/loss-report.ts'

const loss = (first: number, end: number, isThere: boolean, name: string) => ({
  first,
  end,
  isThere,
  cause: `${name} is lost`,
  path: name,
})

test('all that is gone is one piece of news, and each file that is there to be hashed one of its own', () => {
  const losses = [loss(0, 2, false, 'a'), loss(4, 5, true, 'b'), loss(5, 7, false, 'c'), loss(8, 9, true, 'd')]
  const news = newsOfLosses(losses, 9).map(({ pieces, ...rest }) => ({ ...rest, pieces: [...pieces.indexes()] }))
  expect(news).toEqual([
    { type: 'storage.lost', isThere: false, message: 'a is lost, and 1 more', path: 'a', pieces: [0, 1, 5, 6] },
    { type: 'storage.lost', isThere: true, message: 'b is lost', path: 'b', pieces: [4] },
    { type: 'storage.lost', isThere: true, message: 'd is lost', path: 'd', pieces: [8] },
  ])
  expect(newsOfLosses([], 9)).toEqual([])
})
