import type { TorrentContext } from './context.ts'

/**
 * How long a peer may owe a block in endgame while another delivers, in milliseconds: a round trip and a block at 64 KiB/s. Bytes
 * that drip in do not count, nor what it gave before.
 */
export const endgamePatienceMs = 500

/**
 * In endgame whoever owes a block for too long is late: others that have nothing to do are asked for it. A piece that is to come from
 * one peer alone is not theirs to help with: its owner has `patienceMs`. To be called once a second.
 */
export function noteHoldUps({ work: { now, picker, swarm } }: TorrentContext): void {
  if (picker.isComplete || !picker.inEndgame) return
  const owners = new Set(picker.partials.map(({ owner }) => owner))
  for (const { peer, ref } of swarm.peers.values()) {
    const context = ref?.getSnapshot().context
    const oldest = context?.outstanding[0]
    if (!oldest || owners.has(peer)) continue
    if (now - Math.max(oldest.at, context.lastBlockAt) >= endgamePatienceMs) picker.late(peer)
  }
}
