/** The middle of the values; of an even number of them the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs every contender once a round, so that a slow spell of the machine hits all of them, and every other round backwards, so that
 * none always runs on what the same other one left behind: A B C, C B A, A B C, … `contenders` are async functions by name, each
 * answering a number; `warmUps` rounds are run first and not counted. Answers the numbers by name, in the order of the rounds.
 */
export async function interleave(contenders, { rounds, warmUps = 0 }) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    const inTurn = Object.entries(contenders)
    for (const [name, run] of round % 2 === 0 ? inTurn : inTurn.reverse()) {
      const value = await run()
      if (round >= 0) results[name].push(value)
    }
  }
  return results
}

/** The median of what one contender was in units of another, round by round: a slow round slows both. */
export const medianRatio = (values, others) => median(values.map((value, round) => value / others[round]))
