import { describe, test } from 'vitest'

/**
 * Whether sweeps are taken in full: every seed, every crowd, every combination. `npm run test:long` does, with the files
 * that ask this and all swarms; `npm test` takes a few of each, so that it asks every rule and ends soon.
 */
export const inFull = process.env.PEERCHART_TESTS === 'in full'

/** So many runs of a random test; in full, `all`. */
export const runs = (few: number, all: number): number => (inFull ? all : few)

/** The first `few` of them; in full, all. */
export const firstOf = <One>(few: number, all: readonly One[]): readonly One[] => (inFull ? all : all.slice(0, few))

const nothing = Object.assign(() => {}, { each: () => () => {} })

/** A test that is asked in full alone: `npm test` does not list it. */
export const longTest = (inFull ? test : nothing) as typeof test

/** Tests that are asked in full alone, and what they share. */
export const longDescribe = (inFull ? describe : nothing) as typeof describe
