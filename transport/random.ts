import { requireFunction } from './require.ts'

/** A source of randomness: each call answers a number in [0, 1), as `Math.random` does. */
export type Random = () => number

/**
 * A repeatable source of randomness: the same `seed` (an integer; its low 32 bits count) gives the same sequence.
 * The generator is mulberry32: 32 bits of state, a period of 2^32 numbers. For simulations and tests, never for secrets.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isInteger(seed)) throw new RangeError(`a seed is an integer, not ${seed}`)
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bytes from a source of randomness, for what wants bytes: a seeded one replays a run. Never for secrets. */
export function randomBytesFrom(random: Random): (length: number) => Uint8Array {
  requireFunction('random', random)
  return (length) => {
    const bytes = new Uint8Array(length)
    // A loop: `from` takes several times as long.
    for (let i = 0; i < length; i++) bytes[i] = random() * 256
    return bytes
  }
}
