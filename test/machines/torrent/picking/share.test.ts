import { expect, test } from 'vitest'
import { Share } from '../../../../machines/torrent/picking/share.ts'

/** So many peers beside the one that is asked, and how often the rate of one of them was looked at. */
function peers(count: number, rate: number) {
  let looks = 0
  const other = {
    asked: 0,
    get rate() {
      looks++
      return rate
    },
  }
  return { others: Array(count).fill(other), looks: () => looks }
}

test('a peer leaves to others what they bring before it brings the next', () => {
  const share = new Share(
    {
      own: 100,
      mean: 200,
      others: [
        { rate: 300, asked: 1 },
        { rate: 0, asked: 0 },
      ],
    },
    0,
  )
  // Of the one three, less the last at the same time and the one that it was asked for; of the other, which counts as the mean, two less one.
  expect(share.toPass).toBe(2)
  share.pass(2)
  expect(share.toPass).toBe(0)
  share.asked = 1
  expect(share.toPass).toBe(5)
})

test('what is left to others is added up for each block that is taken, not for those that are passed over', () => {
  const { others, looks } = peers(50, 1_000_000)
  const share = new Share({ own: 1_000, mean: 1_000_000, others }, 0)
  for (let block = 0; block < 10_000 && share.toPass > 0; block++) share.pass(1)
  expect(looks()).toBe(50)
  share.asked = 0
  expect(looks()).toBe(50)
  share.asked = 1
  expect(looks()).toBe(100)
})
