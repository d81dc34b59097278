import { expect, test } from 'vitest'
import { Totals } from '../../actors/totals.ts'
import { seededRandom } from '../../transport/random.ts'

const random = seededRandom(3)
const progress = () => ({
  downloaded: Math.floor(random() * 1_000),
  downloadedFromWebSeeds: Math.floor(random() * 1_000),
  uploaded: Math.floor(random() * 1_000),
  wasted: Math.floor(random() * 100),
  corrupt: Math.floor(random() * 100),
  rateDown: Math.floor(random() * 10),
  rateUp: Math.floor(random() * 10),
})

test('the sum is that of all that were ever added; the rates are those of the ones that are there', () => {
  const totals = new Totals()
  const here = new Set<{ progress: ReturnType<typeof progress> }>()
  const all = [...Array(30)].map(() => ({ progress: progress() }))
  for (const one of all) {
    totals.add(one)
    here.add(one)
    one.progress = { ...one.progress, downloaded: one.progress.downloaded + 5 }
    const [first] = here
    if (random() < 0.5 && first) {
      totals.end(first)
      totals.end(first)
      here.delete(first)
    }
  }
  const sumOf = (which: Iterable<(typeof all)[number]>, name: keyof ReturnType<typeof progress>) =>
    [...which].reduce((sum, one) => sum + one.progress[name], 0)
  expect(totals.sum).toEqual({
    downloaded: sumOf(all, 'downloaded'),
    downloadedFromWebSeeds: sumOf(all, 'downloadedFromWebSeeds'),
    uploaded: sumOf(all, 'uploaded'),
    wasted: sumOf(all, 'wasted'),
    corrupt: sumOf(all, 'corrupt'),
    rateDown: sumOf(here, 'rateDown'),
    rateUp: sumOf(here, 'rateUp'),
  })
})
