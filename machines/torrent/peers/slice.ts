import { Swarm } from './peer-table.ts'

/**
 * The peers of a torrent. Which there are, connections write; of each, every room writes its own part of the record, as `PeerRecord` says.
 */
export interface PeersSlice {
  readonly swarm: Swarm
}

/** No peer. */
export const createPeers = (): PeersSlice => ({ swarm: new Swarm() })
