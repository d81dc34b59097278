import { createPeerId as peerIdFrom } from '../machines/peer-id.ts'
import type { Random } from '../transport/random.ts'

/** A peer id of ours: `-PC0100-` and 12 random bytes (BEP 20). `random`: at least 0, below 1; default `Math.random`. */
export const createPeerId = (random: Random = Math.random): Uint8Array => peerIdFrom(random)
