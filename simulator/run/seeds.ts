/**
 * A seed for a purpose of its own, made of that of the run: by numbers that say which. The same numbers give the same seed. All bits of a seed
 * that is a safe integer count.
 */
export const seedOf = (seed: number, ...numbers: readonly number[]): number =>
  [seed, Math.floor(seed / 2 ** 32), ...numbers].reduce(mix, 0x6d2b79f5)

/** Spreads a number over all bits of what was mixed before (the steps of MurmurHash3's finalizer). */
function mix(mixed: number, number: number): number {
  const once = Math.imul(mixed ^ (mixed >>> 16) ^ number, 0x85ebca6b)
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
}

/** What a seed is for: the first of its numbers. */
export const purposes = { content: 1, network: 2, tracker: 3, member: 4, process: 5, event: 6 } as const
