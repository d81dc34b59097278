import type { BlockRequest } from '../../transport/wire/messages.ts'
import { blockBytes } from './layout.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Blocks a peer is asked for in endgame at a time, in addition to others; more follow when these are answered. 512 KiB. */
export const duplicatesMax = 32

/** Peers asked for one block at a time, in endgame: three of them may stall and the fourth still brings it. */
export const requestersMax = 4

/** Whether blocks are on their way and no connected peer has a free one, those of exclusive pieces in progress aside. */
export function isEndgame(pool: PiecePool): boolean {
  if (pool.hasObtainableIdle) return false
  let onTheirWay = 0
  for (const partial of pool.partials.values()) {
    if (partial.free > 0 && partial.owner === undefined && pool.availability(partial.index) > 0) return false
    onTheirWay += partial.requested
  }
  return onTheirWay > 0
}

/**
 * Asks for blocks others are asked for, those asked of the fewest first, the oldest pieces first, each from its end, until
 * `picked` holds `count`.
 */
export function takeDuplicates(
  pool: PiecePool,
  asked: PickerPeer,
  count: number,
  { allowed, refused }: PickFilter,
  picked: BlockRequest[],
): void {
  for (let requesters = 1; requesters < requestersMax; requesters++) {
    for (const partial of pool.partials.values()) {
      const { index } = partial
      if (partial.requested === 0 || partial.owner !== undefined || !asked.pieces.has(index)) continue
      if (allowed !== undefined && !allowed.has(index)) continue
      for (let block = partial.blocks - 1; block >= 0; block--) {
        if (picked.length === count) return
        if (partial.requesters(block) !== requesters || partial.isRequestedFrom(block, asked.id)) continue
        const request = pool.layout.blockAt(index, block)
        if (refused?.(index, request.begin)) continue
        partial.requestAgain(block, asked.id)
        asked.requests.push(pool.numberOf(index, block))
        picked.push(request)
      }
    }
  }
}

/**
 * Makes an exclusive piece anybody's for a peer that finds nothing else to do: one whose owner is asked for none of it, and
 * may never be; or any that is not firm, if the peer owes nothing. False when there is none it could help with.
 */
export function endExclusivity(pool: PiecePool, asked: PickerPeer, filter: PickFilter): boolean {
  const { exclusive, owned, partials } = pool
  for (const index of owned) {
    const partial = partials.get(index)
    if (partial?.owner === undefined || partial.owner === asked.id || !lacks(asked, partial, filter)) continue
    if (partial.requested === 0) {
      pool.giveUp(partial)
      return true
    }
    if (exclusive.isFirm(index) || asked.requests.length > 0) continue
    exclusive.noteEnded(index)
    pool.share(partial)
    return true
  }
  return false
}

/** Whether the peer could deliver a block that a piece in progress lacks. */
function lacks({ pieces }: PickerPeer, partial: PartialPiece, { allowed, refused }: PickFilter): boolean {
  const { index, blocks } = partial
  if (partial.isComplete || !pieces.has(index) || allowed?.has(index) === false) return false
  for (let block = 0; block < blocks; block++) {
    if (!partial.hasReceived(block) && !refused?.(index, block * blockBytes)) return true
  }
  return false
}
