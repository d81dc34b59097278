import { createPeerId as peerIdFrom } from '../machines/peer-id.ts'
import type { Random } from '../transport/random.ts'
import { requireFunction } from '../transport/require.ts'

/**
 * A peer id of ours: `-PC0100-` and 12 random bytes (BEP 20). `random`: at least 0, below 1; default `Math.random`. Throws a RangeError
 * when it answers anything else.
 */
export function createPeerId(random: Random = Math.random): Uint8Array {
  requireFunction('random', random)
  return peerIdFrom(() => {
    const drawn = random()
    if (!(drawn >= 0 && drawn < 1)) throw new RangeError(`random answers a number from 0 to below 1, not ${drawn}`)
    return drawn
  })
}
