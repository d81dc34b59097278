/** A seed for a purpose of its own, made of that of the run: by numbers that say which. The same numbers give the same seed. */
export const seedOf = (seed: number, ...numbers: readonly number[]): number =>
  numbers.reduce((mixed, number) => Math.imul(mixed ^ (mixed >>> 15) ^ number, 0x9e3779b1), seed | 0)

/** What a seed is for: the first of its numbers. */
export const purposes = { content: 1, network: 2, tracker: 3, member: 4, process: 5, event: 6 } as const
