/** The middle of the values; of an even number of them the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs every contender once a round, so that a slow spell of the machine hits all of them: A B C, A B C, … `contenders` are
 * async functions by name, each answering a number; `warmUps` rounds are run first and not counted. Answers the numbers by name,
 * in the order of the rounds.
 */
export async function interleave(contenders, { rounds, warmUps = 0 }) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const value = await run()
      if (round >= 0) results[name].push(value)
    }
  }
  return results
}

/** The median of what one contender was in units of another, round by round: a slow round slows both. */
export const medianRatio = (values, others) => median(values.map((value, round) => value / others[round]))
