import { Layout } from '../layout.ts'
import { type Living, requireLiving, unaskable } from '../persistence/living.ts'
import { PieceSet } from '../piece-set.ts'
import { Rate } from '../rate.ts'
import type { PeerView } from './vocabulary/events.ts'
import type { PeerFacts, ShownFacts } from './vocabulary/facts.ts'

/** How a peer is told from a copy of it that went through JSON: by every fact that has methods, as each may be put into another's place. */
export const livingPeer: Living<PeerFacts> = {
  what: 'a peer',
  isAlive: ({ layout, have, pieces, rateDown, rateUp }) =>
    pieces instanceof PieceSet &&
    have instanceof PieceSet &&
    layout instanceof Layout &&
    rateDown instanceof Rate &&
    rateUp instanceof Rate,
}

/** What is known of a peer. Throws a TypeError for a copy that went through JSON, which would answer, and wrongly. */
export function factsOf({ context }: PeerView): ShownFacts {
  requireLiving(livingPeer, context, unaskable)
  return context
}
