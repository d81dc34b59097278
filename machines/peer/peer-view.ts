import { isClosed, peerInterested } from './selectors.ts'
import type { PeerRef, PeerView } from './vocabulary/events.ts'

/**
 * How a peer stands, as its own chart has it: immutable, and the one way to what the chart knows, of which torrent and session keep
 * nothing. What a peer tells is sent once its chart has changed, so that this is how it stands when its news is taken, or later; what
 * the same decision has it told is not in it yet. News do not carry it, as most need nothing of it. Undefined before its actor runs. One
 * whose code threw stands as it did before.
 */
export const viewOf = ({ ref }: { readonly ref: PeerRef | undefined }): PeerView | undefined => ref?.getSnapshot()

/** 40 hex digits; empty before its handshake said it. */
export const peerIdOf = (peer: { readonly ref: PeerRef | undefined }): string =>
  viewOf(peer)?.context.remotePeerId ?? ''

/** It has ended, or is ending: nothing is ordered of it any more. */
export function isEnding(peer: { readonly ref: PeerRef | undefined }): boolean {
  const view = viewOf(peer)
  return view !== undefined && isClosed(view)
}

/** It wants something of us. */
export function isInterested(peer: { readonly ref: PeerRef | undefined }): boolean {
  const view = viewOf(peer)
  return view !== undefined && peerInterested(view)
}

/** Its connection does not stand yet: it is dialled, or was accepted and not opened. */
export const isConnecting = ({ value: { handshake } }: Pick<PeerView, 'value'>): boolean =>
  typeof handshake === 'object' && 'connecting' in handshake
