import type { PeerRef, TorrentCommand } from '../peer/events.ts'
import type { PeerRecord } from './swarm.ts'

/** One thing the torrent has decided to tell one of its peers. */
export interface Order {
  readonly to: PeerRef
  readonly command: TorrentCommand
}

/** An order, unless the peer's actor is not known yet: then there is nobody to tell. */
export const order = (record: PeerRecord, command: TorrentCommand): Order[] =>
  record.ref && record.state !== 'closing' ? [{ to: record.ref, command }] : []
