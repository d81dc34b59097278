import type { Connection } from '../../../transport/transport.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { formatCloseReason } from '../../peer/vocabulary/close-reason.ts'
import { reputationBounds } from '../../peer/vocabulary/reputation-rules.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { PeerSummary } from '../vocabulary/emitted.ts'
import { isVain } from './reconnects.ts'
import type { ConnectionsCore } from './slice.ts'

/** Why a host that comes again and again is turned away, as `source.code`. */
export const tooOften = formatCloseReason({ source: 'local', code: 'reconnecting_too_often' })

/** Turns a connection away, when others from its host came to nothing again and again; undefined when not. The first of a row is told. */
export function turnAway(core: ConnectionsCore, connection: Connection): Command[] | undefined {
  const knock = core.reconnects.knock(connection.remote, core.now)
  if (knock === 'welcome') return undefined
  const told = knock === 'turned_away' ? emit(core, { type: 'peer', peer: turnedAway(connection) }) : []
  return [...told, tellChart(core, { type: 'listener.refuse', connection })]
}

/** A connection that came in is over: what came of it counts when others come from its host. Those of a session the session counts. */
export function noteReconnect(core: ConnectionsCore, record: PeerRecord): void {
  const { home, link } = record
  const view = viewOf(record)
  const isOurs = home !== undefined && 'slot' in home && link.direction === 'in'
  if (isOurs && view && isVain(view)) core.reconnects.noteVain(link.address, core.now)
}

/** Of a connection that was closed before it sent anything. */
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
