import type { PeerRef, PeerView } from '../../peer/events.ts'

/**
 * How a peer stands, as its own chart has it: immutable, and the one way to what the chart knows, of which torrent and session keep
 * nothing. What a peer tells is sent once its chart has changed, so that this is how it stands when its news is taken, or later; what
 * the same decision has it told is not in it yet. Undefined before its actor runs. One whose code threw stands as it did before.
 */
export const viewOf = ({ ref }: { readonly ref: PeerRef | undefined }): PeerView | undefined => ref?.getSnapshot()
