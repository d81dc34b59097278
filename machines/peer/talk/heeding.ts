import { crumbsIn } from '../blocks/crumbs.ts'
import { unknownLayout } from '../vocabulary/context.ts'
import type { PeerEvent } from '../vocabulary/events.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'
import { spend, type Talk } from '../vocabulary/talk.ts'
import { withoutAnswer } from './answers.ts'
import { extensionNamed } from './greeting.ts'

/** What is told to the torrent and to every extension counts as so many: no honest client says it more often than a few times. */
const toldToAll = 10

/** Cancels that count as one message: they come in batches, each behind a request, at the end of a download in hundreds. */
const cancelsForOne = 4

/** Bytes of a bitfield that count as a message more, and the most that one counts: the first of 8 million pieces has 1 MiB. */
const bitfieldBytesForOne = 1_024
const bitfieldMax = 100

/** What a message leaves of the talk; the same when it is news. Answers to us count nothing. `context` is as before the message. */
export function heard(context: PeerFacts, event: PeerEvent): Talk {
  const { now, talk } = context
  const answers = withoutAnswer(talk.answers, event)
  if (answers) return { ...talk, answers }
  const losses = lossesIn(context, event)
  const price = priceOf(context, event) + priceOfLosses(context, losses)
  return price === 0 && losses === 0 ? talk : spend(talk, price, losses, now)
}

/** Whether the remote has said before that it has the piece. */
export const isKnownPiece = ({ early, layout, pieces }: PeerFacts, index: number): boolean =>
  layout === unknownLayout ? early.hasHad(index) : pieces.has(index)

/**
 * Whether an extension of ours takes the message: those of a remote that has not greeted are ignored, as they could not be answered (BEP
 * 10).
 */
const isTaken = ({ greeting, remoteGreeting }: PeerFacts, id: number): boolean =>
  remoteGreeting !== undefined && extensionNamed(greeting, id) !== undefined

function priceOf(context: PeerFacts, event: PeerEvent): number {
  switch (event.type) {
    case 'wire.have':
      return isKnownPiece(context, event.index) ? 1 : 0
    case 'torrent.note_dont_have':
      return isKnownPiece(context, event.index) ? 0 : 1
    case 'wire.bitfield':
      return Math.min(bitfieldMax, 1 + Math.floor(event.bits.length / bitfieldBytesForOne))
    case 'wire.cancel':
      return event.requests.length / cancelsForOne
    case 'wire.request':
      return crumbsIn(context, event.requests)
    case 'wire.extended_handshake':
    case 'torrent.note_upload_only':
      return toldToAll
    case 'wire.extended':
      return isTaken(context, event.id) ? 0 : 1
    default:
      return 1
  }
}

/** How many pieces it has no more: of so many a `have` is news again. Before the metadata has come, of those it had said so of. */
function lossesIn(context: PeerFacts, event: PeerEvent): number {
  const { early, layout, pieces } = context
  switch (event.type) {
    case 'torrent.note_dont_have':
      return isKnownPiece(context, event.index) ? 1 : 0
    case 'wire.have_none':
      return layout === unknownLayout ? early.hadCount : pieces.count
    case 'wire.bitfield':
      if (layout === unknownLayout) return early.lostBy(event.bits)
      return pieces.isNone ? 0 : Math.max(0, pieces.count - onesIn(event.bits))
    default:
      return 0
  }
}

/** Each piece may be lost once, as when a file is gone; beyond that each loss counts as a message. */
function priceOfLosses({ layout, talk }: PeerFacts, losses: number): number {
  const free = layout === unknownLayout ? 0 : layout.pieceCount
  return Math.max(0, talk.lost + losses - free) - Math.max(0, talk.lost - free)
}

const onesInByte = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

function onesIn(bits: Uint8Array): number {
  let count = 0
  for (const byte of bits) count += onesInByte[byte] as number
  return count
}
