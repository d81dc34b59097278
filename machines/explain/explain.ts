import type { Snapshot } from 'xstate'
import { factsOf } from '../peer/living.ts'
import type { PeerView } from '../peer/vocabulary/events.ts'
import { requireLivingTorrent } from '../torrent/living.ts'
import type { CoreSnapshot } from '../torrent/states/context.ts'
import { explainPeer } from './peer.ts'
import type { Explanation } from './reasons.ts'
import { explainTorrent, type TorrentView } from './torrent.ts'

/** Something to be explained: a snapshot, an actor, or a handle with its `actor`. */
export type Explainable<View> =
  | View
  | { readonly getSnapshot: () => View }
  | { readonly actor: { readonly getSnapshot: () => View } }

/**
 * Why nothing flows right now, each way: at a peer, or in a whole torrent. Of a peer that belongs to a torrent it also looks at what
 * that has decided, while the torrent's actor lives. Throws a TypeError for anything else, also for what went through JSON.
 */
export function explain(what: Explainable<PeerView> | Explainable<TorrentView>): Explanation {
  const view = viewOf(what)
  if (isTorrent(view)) {
    requireLivingTorrent(view.context)
    return explainTorrent(view)
  }
  const owner = factsOf(view).owner?.getSnapshot()
  return explainPeer(view, owner?.status === 'active' && isCore(owner) ? owner.context : undefined)
}

function viewOf(what: Explainable<PeerView> | Explainable<TorrentView>): PeerView | TorrentView {
  if (typeof what !== 'object' || what === null)
    throw new TypeError('a peer or a torrent is explained: its snapshot, its actor, or a handle with that')
  if ('actor' in what) return what.actor.getSnapshot()
  return 'getSnapshot' in what ? what.getSnapshot() : what
}

/** A torrent's snapshot, not that of a peer. */
const isTorrent = (view: Snapshot<unknown>): view is TorrentView => hasContextWith(view, 'core')

/** That of a torrent's core, not of a session or another owner of peers. */
const isCore = (view: Snapshot<unknown>): view is CoreSnapshot => hasContextWith(view, 'swarm')

const hasContextWith = (view: Snapshot<unknown>, fact: string): boolean =>
  'context' in view && typeof view.context === 'object' && view.context !== null && fact in view.context
