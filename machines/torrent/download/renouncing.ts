import type { Command } from '../vocabulary/commands.ts'
import { cancelAt } from './downloading.ts'
import { wantLess } from './interest.ts'
import type { DownloadCore } from './slice.ts'
import { noteDropped } from './verifying.ts'

/** A piece is not to be fetched: its blocks that came are dropped, and those under way cancelled. */
export function renounce(core: DownloadCore, index: number): Command[] {
  const { buffers, picker, swarm, verifying } = core
  if (verifying.has(index) || !picker.wants(index)) return []
  noteDropped(core, index)
  const asked = picker.settle(index)
  buffers.drop(index)
  for (const record of swarm.peers.values()) if (record.isMember) wantLess(core, record, index)
  return [...asked].flatMap(([peer, requests]) => cancelAt(core, peer, requests))
}
