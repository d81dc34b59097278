import type { Connection } from '../../transport/transport.ts'
import { formatCloseReason } from '../peer/close-reason.ts'
import { reputationBounds } from '../peer/reputation-rules.ts'
import type { TorrentContext } from './context.ts'
import type { PeerSummary } from './emitted.ts'
import { isVain } from './reconnects.ts'
import type { Enqueue } from './say.ts'
import type { PeerRecord } from './swarm.ts'

/** Why a host that comes again and again finds the door closed, as `source.code`. */
export const tooOften = formatCloseReason({ source: 'local', code: 'reconnecting_too_often' })

/** Whether a connection is turned away, as others from its host came to nothing again and again. The first of a row is told. */
export function isTurnedAway(enqueue: Enqueue, { work }: TorrentContext, connection: Connection): boolean {
  const knock = work.reconnects.knock(connection.remote, work.now)
  if (knock === 'turned_away') enqueue.emit({ type: 'peer', peer: turnedAway(connection) })
  return knock !== 'welcome'
}

/** A connection that came in is over: what came of it counts when others come from its host. Those of a session the session counts. */
export function noteReconnect({ work }: TorrentContext, { home, link, ref }: PeerRecord): void {
  const isOurs = home !== undefined && 'slot' in home && link.direction === 'in'
  if (isOurs && ref && isVain(ref.getSnapshot())) work.reconnects.noteVain(link.address, work.now)
}

/** Of a connection that was closed before it said a word. */
const turnedAway = ({ remote, kind }: Connection): PeerSummary => ({
  address: remote,
  direction: 'in',
  transport: kind,
  state: 'closed',
  encrypted: false,
  client: '',
  peerId: '',
  amChoking: true,
  amInterested: false,
  peerChoking: true,
  peerInterested: false,
  pieces: 0,
  rateDown: 0,
  rateUp: 0,
  downloaded: 0,
  uploaded: 0,
  reputation: reputationBounds.initial,
  blocksInflight: 0,
  reason: tooOften,
})
