import { describe, expect, test } from 'vitest'
import type { EndOfConnection } from '../../../testing/transport/end-of-connection.ts'
import type { Datagrams } from '../../../transport/datagrams/datagrams.ts'
import type { PathOptions } from '../../../transport/datagrams/simulated-path.ts'
import { digestOf, pour, virtual } from './virtual-hosts.ts'

/** Lengths of the datagrams that leave, in order. */
function lengthsOf(datagrams: Datagrams, lengths: number[]): Datagrams {
  return {
    ...datagrams,
    bind: (address, handler, done) =>
      datagrams.bind(address, handler, (socket) => {
        if (socket instanceof Error) {
          done(socket)
          return
        }
        done({
          ...socket,
          get departed() {
            return socket.departed
          },
          send: (bytes, to, failed) => {
            lengths.push(bytes.length)
            return socket.send(bytes, to, failed)
          },
        })
      }),
  }
}

/** In virtual time, what is moved takes no longer than that: a stream that stands still fails its test, in place of going on forever. */
const longestMs = 120_000

/** Moves as many bytes each way, and tells how long it took in milliseconds, and the lengths of what the dialler sent. */
async function moved(path: PathOptions, byteCount = 150_000, seed = 1) {
  const { clock, network, over, host, dial, listen } = virtual({ latencyMs: 20, ...path }, seed)
  const lengths: number[] = []
  const { listener, accepted } = await listen(host('far'), { host: 'far', port: 0 })
  const out = dial(over(lengthsOf(network.host('near'), lengths)), listener.address)
  pour(out, byteCount)
  const until = (condition: () => boolean) => {
    while (!condition()) {
      if (clock.now() > longestMs) throw new Error(`not within ${longestMs} ms: ${out.ended?.code}`)
      clock.advance(1)
    }
  }
  until(() => accepted.length > 0)
  const [into] = accepted as [EndOfConnection]
  pour(into, byteCount)
  until(() => out.receivedBytes === byteCount && into.receivedBytes === byteCount)
  const tookMs = clock.now()
  expect([out.receivedDigest(), into.receivedDigest()]).toEqual(Array(2).fill(digestOf(byteCount)))
  out.end()
  clock.advance(60_000)
  expect([out.ended?.code, into.ended?.code]).toEqual(['destroyed', 'end'])
  return { tookMs, lengths }
}

const countOf = (lengths: readonly number[], length: number) => lengths.filter((each) => each === length).length

describe('a path that drops what is too long for it, and says nothing', () => {
  test.each([576, 1427])(
    'carries all of it with an MTU of %d, and hardly longer than one that does not',
    async (mtuBytes) => {
      const narrow = { bytesPerSecond: 1e6 }
      const { tookMs } = await moved(narrow)
      const { tookMs: smallTookMs, lengths } = await moved({ ...narrow, mtuBytes })
      expect(smallTookMs).toBeLessThan(1.25 * tookMs)
      expect(countOf(lengths, 1400)).toBeLessThanOrEqual(5)
      expect(lengths.filter((each) => each > 548 && each < 1400)).toEqual([])
    },
  )

  test('carries all of it with losses, jitter and reordering too', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      await moved({ mtuBytes: 576, lossRate: 0.05, jitterMs: 20, reorderRate: 0.05, duplicateRate: 0.5 }, 100_000, seed)
    }
  })
})

test('packets are full from the round trip on in which a padded one has arrived', async () => {
  const { lengths } = await moved({ mtuBytes: 1428 })
  expect(countOf(lengths, 548)).toBeLessThan(20)
  expect(countOf(lengths, 1400)).toBeGreaterThan(100)
})

test('losses leave no connection with small packets', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { lengths } = await moved({ lossRate: 0.1, jitterMs: 20 }, 150_000, seed)
    expect(countOf(lengths, 1400)).toBeGreaterThan(60)
  }
})
