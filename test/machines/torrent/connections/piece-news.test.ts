import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PieceNews } from '../../../../machines/torrent/connections/piece-news.ts'

/** A reader of news, and what it makes of them. */
class Listener {
  toldPieces = 0
  readonly has = new Set<number>()
  /** Of what it was told, how much it knew. */
  redundant = 0

  hear(news: PieceNews, count: number): void {
    for (let i = 0; i < count; i++) {
      const one = news.at(this.toldPieces)
      if (one === undefined) return
      this.toldPieces++
      if (one < 0 ? !this.has.delete(~one) : this.has.has(one)) this.redundant++
      if (one >= 0) this.has.add(one)
    }
  }
}

test('a reader of them, however late, knows in the end what is ours, and was told nothing that it knew', () => {
  const step = fc.record({
    piece: fc.nat(4),
    times: fc.integer({ min: 1, max: 400 }),
    who: fc.nat(5),
    hears: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const news = new PieceNews()
      const ours = new Set<number>()
      const listeners = Array.from({ length: 4 }, () => new Listener())
      const late = new Listener()
      for (const { piece, times, who, hears } of steps) {
        for (let i = 0; i < times; i++) {
          const index = (piece + i) % 5
          const isLoss = ours.delete(index)
          if (!isLoss) ours.add(index)
          news.add(isLoss ? ~index : index)
        }
        listeners[who]?.hear(news, hears === 0 ? Number.POSITIVE_INFINITY : hears)
        news.tidy([...listeners, late], (one) => one !== late)
        // Less than is worth a look, and twice what was left then: one of each piece for each place.
        expect(news.length).toBeLessThan(1_000 + 2 * 5 * listeners.length)
      }
      for (const listener of listeners) listener.hear(news, Number.POSITIVE_INFINITY)
      expect(listeners.map(({ has }) => has)).toEqual(listeners.map(() => ours))
      expect(listeners.map(({ redundant }) => redundant)).toEqual([0, 0, 0, 0])
    }),
    { numRuns: 40 },
  )
})

test('what all have been told is forgotten, and a reader that comes next is told of what comes next', () => {
  const news = new PieceNews()
  const [one, other] = [new Listener(), new Listener()]
  for (let index = 0; index < 1_200; index++) news.add(index)
  one.hear(news, Number.POSITIVE_INFINITY)
  news.tidy([one, other], (reader) => reader === one)
  expect([news.length, one.toldPieces, other.toldPieces]).toEqual([0, 0, 0])
  news.add(5_000)
  other.hear(news, 1)
  expect([...other.has]).toEqual([5_000])
})
