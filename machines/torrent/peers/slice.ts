import { Swarm } from './peer-table.ts'

/**
 * The peers of a torrent. Which there are, connections write; of each, every room writes its own part of the record, as `PeerRecord` says.
 */
export interface PeersSlice {
  readonly swarm: Swarm
}

/** What a torrent is made from, of its peers. */
export interface PeersInput {
  /** The number of its first peer: that of the next one, where it was restored. Default 0. */
  readonly firstPeer?: number
}

/** No peer. */
export const createPeers = ({ firstPeer }: PeersInput = {}): PeersSlice => ({ swarm: new Swarm(firstPeer) })
