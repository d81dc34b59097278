import type { PeerRecord } from '../connections/peer-table.ts'
import { type Command, emit } from './commands.ts'
import type { Core } from './core.ts'
import { summarize } from './summary.ts'

/** What is kept of a peer; nothing for one that is forgotten. */
export const recordOf = (core: Core, peer: number): PeerRecord | undefined => core.swarm.peers.get(peer)

/** Emits how a peer stands; nothing before its actor runs. */
export function emitPeer(core: Core, record: PeerRecord): Command[] {
  const peer = summarize(record)
  return peer ? emit(core, { type: 'peer', peer }) : []
}
