import { type Codec, count, digest, finite, hexDigest, optional } from '../../persistence/codec.ts'
import { SnapshotError } from '../../persistence/snapshot-error.ts'
import type { PieceSet } from '../../piece-set.ts'
import { unknownLayout } from '../vocabulary/context.ts'
import type { Membership, PeerEvent } from '../vocabulary/events.ts'
import { isEvidence } from '../vocabulary/evidence.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'
import { extendedHandshake } from './value-codecs.ts'

/**
 * Whether what a peer is told can be meant: numbers are counts and pieces where they have to be, sets fit the torrent. What cannot changes
 * nothing, as what the protocol forbids; so what a snapshot holds of a peer can always be restored. Our own parts never say it, and calls
 * of the handle throw.
 */
export function makesSense(event: PeerEvent, { layout }: PeerFacts): boolean {
  switch (event.type) {
    case 'timer.tick':
      return Number.isFinite(event.at) && !Number.isNaN(event.silentInMs)
    case 'wire.piece':
      return Number.isFinite(event.at)
    case 'transport.opened':
      return event.at === undefined || Number.isFinite(event.at)
    case 'mse.established':
    case 'wire.info_hash':
      return isWritten(hexDigest, event.infoHash)
    case 'wire.peer_id':
      return isWritten(hexDigest, event.peerId)
    case 'wire.extended_handshake':
      return isWritten(extendedHandshake, event.handshake)
    case 'torrent.adopt':
      return isMembership(event.membership)
    case 'torrent.admit':
      return layout === unknownLayout || fits(event.have, layout.pieceCount)
    case 'torrent.learn':
      return fits(event.have, event.layout.pieceCount)
    case 'torrent.greet':
      return isWritten(extendedHandshake, event.greeting)
    case 'torrent.request':
      return Number.isFinite(event.at) && event.requests.every((request) => layout.isValidRequest(request))
    case 'torrent.verified':
      return isCount(event.index)
    case 'torrent.corrupt':
      return isCount(event.index) && (event.blocks ?? []).every(isCount)
    case 'torrent.judge':
      return event.index === undefined || isCount(event.index)
    case 'torrent.adjust_reputation':
      return Number.isSafeInteger(event.delta)
    default:
      return true
  }
}

function isMembership({ evidence = [], have, infoHash, layout, peer, peerId, reputation }: Membership): boolean {
  return (
    isCount(peer) &&
    isWritten(hexDigest, infoHash) &&
    isWritten(optional(digest), peerId) &&
    isWritten(optional(finite), reputation) &&
    evidence.every(isEvidence) &&
    (layout === undefined || fits(have, layout.pieceCount))
  )
}

const isCount = (value: number): boolean => isWritten(count, value)

const fits = (have: PieceSet | undefined, pieceCount: number): boolean => have === undefined || have.size === pieceCount

/** Whether it is read again as it is written. */
function isWritten<Value>(codec: Codec<Value>, value: Value): boolean {
  try {
    codec.read(codec.write(value), '')
    return true
  } catch (error) {
    if (error instanceof SnapshotError) return false
    throw error
  }
}
