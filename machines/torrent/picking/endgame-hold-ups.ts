import { viewOf } from '../../peer/peer-view.ts'
import type { PickingCore } from './slice.ts'

/**
 * How long a peer may owe a block in endgame while another delivers, in milliseconds: a round trip and a block at 64 KiB/s. One that is
 * slow, and has shown it, has twice its usual wait. Bytes that drip in do not count, nor how many blocks it gave before.
 */
export const endgamePatienceMs = 500

/**
 * In endgame a peer that owes a block for too long is late: others that have nothing to do are asked for it. Not the owner of a piece that
 * is to come from one peer alone: no other is asked for that, and the owner has `patienceMs`. To be called once a second.
 */
export function noteHoldUps({ now, picker, swarm }: Pick<PickingCore, 'now' | 'picker' | 'swarm'>): void {
  if (picker.isComplete || !picker.inEndgame) return
  const owners = new Set(picker.partials.map(({ owner }) => owner))
  for (const record of swarm.peers.values()) {
    const { peer } = record
    const context = viewOf(record)?.context
    const oldest = context?.outstanding[0]
    if (!oldest || owners.has(peer)) continue
    const patienceMs = Math.max(endgamePatienceMs, 2 * (context.waits?.meanMs ?? 0))
    if (now - Math.max(oldest.at, context.lastBlockAt) >= patienceMs) picker.late(peer)
  }
}
