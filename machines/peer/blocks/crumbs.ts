import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { unknownLayout } from '../vocabulary/context.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'

/**
 * No client downloads by less than this, in bytes. Clients ask for blocks of 16 KiB (BEP 3), a few for less or more, each a
 * multiple of this.
 */
export const crumbBytes = 1_024

/**
 * How many of the requests cost us more than they carry: those for less than `crumbBytes`, unless they reach up to the end of their piece;
 * before the metadata has come, all of them.
 */
export function crumbsIn({ layout }: PeerFacts, requests: readonly BlockRequest[]): number {
  if (layout === unknownLayout) return requests.length
  let count = 0
  for (const { begin, index, length } of requests) {
    if (length < crumbBytes && layout.hasPiece(index) && begin + length < layout.pieceBytes(index)) count++
  }
  return count
}
