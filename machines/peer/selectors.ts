import { pexFlags } from '../../transport/wire/extended/pex-flags.ts'
import { factsOf } from './living.ts'
import { extensionId } from './talk/greeting.ts'
import type { CloseReason } from './vocabulary/close-reason.ts'
import type { PeerView } from './vocabulary/events.ts'
import type { Evidence } from './vocabulary/evidence.ts'

/**
 * What people ask of a peer, each a question to a snapshot: `peer.actor.getSnapshot()`, or `peer.actor.select(isSeeder)`. What rests on
 * more than the states throws a TypeError for a snapshot whose context went through JSON.
 */

/** We choke the peer (BEP 3). */
export const amChoking = ({ value }: PeerView): boolean => value.am_choking === 'choking'

/** We told the peer that it has what we want. */
export const amInterested = ({ value }: PeerView): boolean => value.am_interested === 'interested'

/** The peer chokes us. */
export const peerChoking = ({ value }: PeerView): boolean => value.peer_choking === 'choking'

/** The peer told us that we have what it wants. */
export const peerInterested = ({ value }: PeerView): boolean => value.peer_interested === 'interested'

/** Messages flow: both handshakes are done and neither side has ended it. */
export const isOpen = ({ value }: PeerView): boolean => value.handshake === 'open'

/** It has ended, or is ending. */
export const isClosed = ({ value }: PeerView): boolean => value.handshake === 'closing' || value.handshake === 'closed'

/** The peer has every piece, however that became known. */
export const isSeeder = (view: PeerView): boolean => factsOf(view).pieces.isAll

/** The peer downloads nothing: it is a seeder, or has all it wants (BEP 21). */
export const isUploadOnly = (view: PeerView): boolean => isSeeder(view) || factsOf(view).uploadOnly

/**
 * What the peer has: `all`, `none`, or a bitfield, the high bit of byte 0 being piece 0 (BEP 3). Each `have` is in it. `none`
 * also before the peer has said anything, and before we know how many pieces there are.
 */
export function bitfieldStatus(view: PeerView): 'all' | 'none' | Uint8Array {
  const { pieces } = factsOf(view)
  if (pieces.isNone) return 'none'
  return pieces.isAll ? 'all' : pieces.toBits()
}

/** Pieces that the peer lets us request while it chokes us (BEP 6), in the order they were said. It need not have them. */
export const allowedFast = (view: PeerView): readonly number[] => factsOf(view).allowedFast

/** Whether the peer lets us request a piece while it chokes us. */
export const isAllowedFast = (view: PeerView, index: number): boolean => allowedFast(view).includes(index)

/** The bytes travel by RC4 (MSE/PE). A negotiation that selected plaintext is not encryption. */
export const isEncrypted = ({ value }: PeerView): boolean => value.encryption === 'rc4'

/**
 * What PEX says of the peer beside its address, a sum of `pexFlags` (BEP 11): it prefers encryption, or uses it; it is a seeder
 * or upload-only; it speaks uTP, as this connection shows; it speaks `ut_holepunch`; we dialled it with success.
 */
export function flags(view: PeerView): number {
  const { link, remoteGreeting } = factsOf(view)
  const says = {
    prefersEncryption: isEncrypted(view) || remoteGreeting?.prefersEncryption === true,
    seed: isUploadOnly(view),
    utp: link.kind === 'utp' && isOpen(view),
    holepunch: extensionId(remoteGreeting, 'ut_holepunch') !== undefined,
    reachable: link.direction === 'out' && isOpen(view),
  }
  return Object.entries(says).reduce(
    (sum, [name, holds]) => (holds ? sum | pexFlags[name as keyof typeof says] : sum),
    0,
  )
}

/** The peer owes us blocks and delivers none. */
export const isSnubbed = ({ value }: PeerView): boolean => value.requests === 'snubbed'

/** Payload that we asked for, bytes a second over the last ten seconds. */
export const rateDown = (view: PeerView): number => factsOf(view).rateDown.bytesPerSecond

/** Payload that we sent, bytes a second over the last ten seconds. */
export const rateUp = (view: PeerView): number => factsOf(view).rateUp.bytesPerSecond

/** Starts at 100; at 50 or below the peer is banned. */
export const reputation = (view: PeerView): number => factsOf(view).reputation

/** What its reputation rests on: the last 50 changes, oldest first, those of earlier connections of its address included. */
export const evidence = (view: PeerView): readonly Evidence[] => factsOf(view).evidence

/**
 * What is sent now piles up: the socket is full, or blocks or large extended messages wait for a limit. The remote is closed as
 * `not_reading` when too much does, so ask this before you send much.
 */
export const isCongested = ({ value }: PeerView): boolean => value.uploads === 'congested'

/** Requests on their way. */
export const blocksInflight = (view: PeerView): number => factsOf(view).outstanding.length

/** Why it ended; undefined while it lives. */
export const closeReason = (view: PeerView): CloseReason | undefined => factsOf(view).closeReason
