import { expect, test } from 'vitest'
import type { PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { type Random, seededRandom } from '../../../transport/random.ts'
import { checksumBytes, digestOf, pour, skewed, virtual, withChecksum } from './virtual-hosts.ts'

/** Lines that are tried: `SEEDS=1000 npx vitest run test/transport/utp/seeds` tries as many. */
const seedCount = Number(process.env.SEEDS ?? 12)
const firstSeed = Number(process.env.FIRST_SEED ?? 1)

/** A bad line, bad by the seed in one way or in all. */
function lineOf(random: Random): PathOptions {
  const chance = () => random() < 0.5
  return {
    latencyMs: 1 + random() * 40,
    jitterMs: chance() ? 20 : 0,
    lossRate: chance() ? random() * 0.1 : 0,
    duplicateRate: chance() ? 0.5 : 0,
    reorderRate: chance() ? 0.05 : 0,
    corruptRate: chance() ? 0.013 : 0,
    ...(chance() ? { bytesPerSecond: 200_000 + random() * 5e6, queueBytes: 60_000 } : {}),
    ...(chance() ? { mtuBytes: 576 + checksumBytes } : {}),
  }
}

/** When timestamps begin anew, in milliseconds. */
const wrapMs = 2 ** 32 / 1000

test(`on ${seedCount} bad lines every byte is right, both ends close, and no timer is left`, async () => {
  const failures: string[] = []
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    await run(seed).catch((error) => failures.push(`seed ${seed}: ${error}`))
  }
  expect(failures).toEqual([])
}, 3_600_000)

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const { clock, network, lives, over, dial, listen } = virtual(lineOf(random), seed)
  const host = (name: string) => {
    // Timestamps, sequence numbers and ids wrap on the way.
    const nearlyOne = () => 1 - (random() * 100) / 65_536
    return over(withChecksum(network.host(name)), skewed(clock, wrapMs - random() * 2000), nearlyOne)
  }
  const until = (condition: () => boolean) => {
    const endMs = clock.now() + 600_000
    while (!condition()) {
      if (clock.now() > endMs) throw new Error('not within 600 s')
      if (!clock.advanceToNext()) throw new Error('nothing happens any more')
    }
  }
  const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
  const out = dial(host('near'), listener.address)
  pour(out, 150_000)
  until(() => accepted.length > 0)
  // A SYN that nobody confirmed in time is forgotten, and the next one is the first.
  const into = () => accepted.at(-1) ?? out
  pour(into(), 100_000)
  until(() => into().receivedBytes === 150_000 && out.receivedBytes === 100_000)
  expect([into().receivedDigest(), out.receivedDigest()]).toEqual([digestOf(150_000), digestOf(100_000)])
  out.end()
  until(() => out.ended !== undefined && into().ended !== undefined)
  await listener.close()
  clock.advance(100_000)
  expect([out.ended?.code, into().ended?.code, clock.pending]).toEqual(['destroyed', 'end', 0])
  expect(new Set(lives.map(({ stage }) => stage))).toEqual(new Set(['closed']))
  expect([out, into()].flatMap(({ faults }) => faults)).toEqual([])
}
