import { expect, test } from 'vitest'
import { seededRandom } from '../../../transport/random.ts'
import { type LinkOptions, Pair, pour } from './linked-streams.ts'

/** Links that are tried: `SEEDS=1000 npx vitest run test/transport/utp/seeds` tries as many. */
const seedCount = Number(process.env.SEEDS ?? 12)
const firstSeed = Number(process.env.FIRST_SEED ?? 1)

/** A bad link, bad by the seed in one way or in all. */
function linkOf(seed: number): LinkOptions {
  const random = seededRandom(seed)
  const chance = () => random() < 0.5
  return {
    seed,
    delayMs: 1 + random() * 40,
    jitterMs: chance() ? 20 : 0,
    loss: chance() ? random() * 0.1 : 0,
    duplication: chance() ? 0.5 : 0,
    flips: chance() ? 0.013 : 0,
    ...(chance() ? { rate: 200_000 + random() * 5e6, queueBytes: 60_000 } : {}),
    ...(chance() ? { mtu: 576 } : {}),
    // Both wrap on the way.
    skewMicros: Math.floor(random() * 2 ** 32),
    firstSequences: [65_536 - Math.floor(random() * 100), Math.floor(random() * 65_536)].map((one) => one & 0xffff) as [
      number,
      number,
    ],
  }
}

test(`on ${seedCount} bad links every byte is right, both ends close, and no timer is left`, () => {
  const failures: string[] = []
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    try {
      run(linkOf(seed))
    } catch (error) {
      failures.push(`seed ${seed}: ${error}`)
    }
  }
  expect(failures).toEqual([])
}, 3_600_000)

function run(link: LinkOptions): void {
  const pair = new Pair(link).connect()
  const { dialler, acceptor } = pair
  pour(dialler, 150_000)
  pour(acceptor, 100_000)
  pair.until(() => acceptor.receivedBytes === 150_000 && dialler.receivedBytes === 100_000)
  dialler.stream.end()
  pair.until(() => dialler.isFree && acceptor.isFree, 60_000)
  pair.settle()
  expect([dialler.isRight, acceptor.isRight]).toEqual([true, true])
  expect([dialler.ended?.code, acceptor.ended?.code]).toEqual(['destroyed', 'end'])
  expect([dialler.life.stage, acceptor.life.stage, pair.clock.pending]).toEqual(['closed', 'closed', 0])
}
