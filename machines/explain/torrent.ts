import type { Snapshot, StateValue } from 'xstate'
import { viewOf } from '../peer/peer-view.ts'
import type { Core } from '../torrent/core/core.ts'
import type { IdleCode } from '../torrent/core/idle-codes.ts'
import { idleCodes, idleSince } from '../torrent/core/idleness.ts'
import type { TorrentContext } from '../torrent/states/context.ts'
import { explainPeer } from './peer.ts'
import { type Explanation, type Reason, type ReasonCode, reason, reasonKinds } from './reasons.ts'

/** What a look at a torrent shows. */
export type TorrentView = Snapshot<unknown> & { readonly context: TorrentContext; readonly value: StateValue }

/** What a peer can only repeat of its torrent, by the torrent's own code. */
const repeated: Partial<Record<IdleCode, ReasonCode>> = {
  fetching_metadata: 'metadata_unknown',
  checking: 'metadata_unknown',
  complete: 'complete',
  selection_complete: 'selection_complete',
  read_only: 'read_only',
  data_lost: 'data_lost',
  nothing_to_offer: 'nothing_to_offer',
  disk_backlog: 'disk_backlog',
}

/** Why nothing flows in a torrent: its own reasons, then those of its peers, each with the address of the peer. */
export function explainTorrent({ context, value }: TorrentView): Explanation {
  const core = context.core.getSnapshot().context
  const resting = whyInactive(context, core, value)
  if (resting.length > 0) return { download: resting, upload: resting }
  const own = idleCodes(core)
  const said = new Set([...own.keys()].map((code) => repeated[code]))
  const reasons = [...own].map(([code, detail]) => reason(code, idleSince(core, code), detail))
  const download = reasons.filter(({ code }) => reasonKinds[code].direction !== 'upload')
  const upload = reasons.filter(({ code }) => reasonKinds[code].direction !== 'download')
  for (const record of core.swarm.peers.values()) {
    const { link } = record
    const view = viewOf(record)
    if (!view) continue
    const ofPeer = explainPeer(view, core)
    const named = (one: Reason): Reason[] => (said.has(one.code) ? [] : [{ ...one, peer: link.address }])
    download.push(...ofPeer.download.flatMap(named))
    upload.push(...ofPeer.upload.flatMap(named))
  }
  return { download, upload }
}

/** Outside `active` it moves nothing. */
function whyInactive({ error }: TorrentContext, { enteredAt }: Readonly<Core>, value: StateValue): Reason[] {
  const life = typeof value === 'object' ? value.life : undefined
  const because = (code: ReasonCode, detail?: string): Reason => reason(code, enteredAt, detail)
  if (life === 'stopped') return [because('stopped')]
  if (life === 'paused') return [because('paused')]
  if (life === 'failed') return [because('failed', error?.message)]
  if (life === 'stopping' || life === 'saving' || life === 'parting') return [because('stopping')]
  if (typeof life !== 'object' || life.checking === undefined) return []
  return life.checking === 'to_pause' ? [because('paused'), because('checking')] : [because('checking')]
}
