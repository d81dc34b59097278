import type { Torrent } from '../actors/torrent.ts'
import { type Memory, memoryCodec } from '../machines/torrent/core/memory.ts'

/** What a torrent would be restored with: its persisted snapshot, as if a file had been in between. */
export function persistedOf({ actor }: Pick<Torrent, 'actor'>): Memory {
  const { context } = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()))
  return memoryCodec.read(context.core, 'context.core')
}

/** The pieces it has. */
export const heldBy = (torrent: Pick<Torrent, 'actor'>): number[] => [...persistedOf(torrent).have.indexes()]
