import { type ChokeAlgorithm, decide } from './choke-algorithm.ts'

/**
 * A choke algorithm that, once it has thrown or decided what can not be carried out, is not asked again before the next round: slots that
 * fall free meanwhile stay free, and everybody has what it had.
 */
export function restingChoker(algorithm: ChokeAlgorithm): ChokeAlgorithm {
  let rests = false
  return (candidates, situation) => {
    if (rests && situation.occasion === 'free_slot') {
      return candidates.map(({ peer, slot }) => ({ peer, slot, score: 0, reason: 'kept' }))
    }
    rests = true
    const decisions = algorithm(candidates, situation)
    decide(() => decisions, candidates, situation)
    rests = false
    return decisions
  }
}
