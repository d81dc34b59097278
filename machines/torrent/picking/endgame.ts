import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import { type AskingAgain, type Displaced, mayAskAgain, requestersMax } from './asking-again.ts'
import { canDeliverAll } from './free-blocks.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter, RateOf } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Blocks a peer is asked for in endgame at a time, in addition to others; more follow when these are answered. 512 KiB. */
export const duplicatesMax = 32

/**
 * How long a firm exclusive piece may keep an idle peer waiting, in milliseconds, blocks that come meanwhile aside: three times
 * what it takes until a silent peer is snubbed, and long enough for 1 MiB at 20 KB/s.
 */
export const patienceMs = 60_000

/**
 * Bytes a second that an owner of a firm piece is to keep up beyond that: what comes earns it time at this rate, so that a peer this fast
 * is never cut short, however long the piece. A slow honest peer's rate; a peer that sends one block a request timeout has 1 KB/s.
 */
export const patientRate = 50_000

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

/** A block that may be asked for once more. */
interface Candidate {
  readonly partial: PartialPiece
  readonly block: number
}

/**
 * Asks for blocks others are asked for, those with the fewest places taken first, the oldest pieces first, each from its end,
 * until `picked` holds `count`. It looks at each block once: in a swarm of a thousand all idle peers ask when a piece is whole.
 */
export function takeDuplicates(
  pool: PiecePool,
  again: AskingAgain,
  asked: PickerPeer,
  count: number,
  filter: PickFilter,
  picked: BlockRequest[],
  ways: { readonly rateOf: RateOf; readonly displaced: Displaced[] },
): void {
  const wanted = count - picked.length
  for (const { partial, block } of candidatesFor(pool, again, asked, wanted, filter, ways.rateOf).slice(0, wanted)) {
    picked.push(again.ask(partial, block, asked, ways))
  }
}

/** In the order in which they are to be asked for; no more than `wanted` of them count. */
function candidatesFor(
  pool: PiecePool,
  again: AskingAgain,
  asked: PickerPeer,
  wanted: number,
  filter: PickFilter,
  rateOf: RateOf,
): readonly Candidate[] {
  const first: Candidate[] = []
  const others: Candidate[][] = Array.from({ length: requestersMax - 1 }, () => [])
  for (const partial of pool.partials.values()) {
    if (partial.requested === 0) continue
    for (let block = partial.blocks - 1; block >= 0; block--) {
      if (partial.requesters(block) === 0 || partial.isRequestedFrom(block, asked.id)) continue
      if (!mayAskAgain(partial, block, asked, filter)) continue
      const places = again.placesTaken(partial, block, asked, rateOf)
      if (places > 0) others[places - 1]?.push({ partial, block })
      else if (first.push({ partial, block }) === wanted) return first
    }
  }
  return [...first, ...others.flat()]
}

/**
 * A firm exclusive piece whose owner keeps the peer waiting, though it has nothing else to do, and is too slow; undefined when there
 * is none that the peer could deliver all of. An owner has `patienceMs`, and `patientRate` earns it more; twice as long each time
 * it was too slow before, so that the slowest of swarms completes. `at`: milliseconds.
 */
export function findTooSlow(
  pool: PiecePool,
  asked: PickerPeer,
  filter: PickFilter,
  at: number,
): PartialPiece | undefined {
  if (asked.requests.length > 0 || asked.standing === 'late') return undefined
  for (const index of pool.owned) {
    const partial = pool.partials.get(index)
    if (partial?.owner === undefined || partial.owner === asked.id || partial.isComplete) continue
    if (!pool.exclusive.isFirm(index) || filter.allowed?.has(index) === false) continue
    if (!canDeliverAll(pool, asked, index, filter.refused)) continue
    const { since, received } = partial.await(at)
    const earnedMs = ((partial.received - received) * blockBytes * 1000) / patientRate
    if (at - since > (patienceMs + earnedMs) * 2 ** pool.exclusive.delays(index, partial.owner)) return partial
  }
  return undefined
}

/**
 * Ends the exclusivity of a piece for a peer that finds nothing else to do: of one whose owner is asked for none of it, and
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
