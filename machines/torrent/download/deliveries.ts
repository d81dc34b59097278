import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { recordOf } from '../peers/peer-table.ts'
import type { Command } from '../vocabulary/commands.ts'
import { tellDisk } from './disk-backlog.ts'
import { feed, noteSuggestion, onChoked, onLate, takeBack, takeBlocks } from './downloading.ts'
import type { DownloadCore } from './slice.ts'

type News<Type extends PeerNews['type']> = Extract<PeerNews, { type: Type }>

/** We may ask it for blocks. */
export function noteUnchoked(core: DownloadCore, { peer }: News<'peer.unchoked'>): Command[] {
  const record = recordOf(core, peer)
  return record ? feed(core, record) : []
}

/** We may not any more. */
export function noteChoked(core: DownloadCore, { peer }: News<'peer.choked'>): Command[] {
  const record = recordOf(core, peer)
  return record ? onChoked(core, record) : []
}

/** We may ask it for a piece while it chokes us (BEP 6). */
export function noteAllowedFast(core: DownloadCore, { peer }: News<'peer.allowed_fast'>): Command[] {
  const record = recordOf(core, peer)
  return record ? feed(core, record) : []
}

/** It would rather be asked for a piece (BEP 6). */
export function noteSuggested(core: DownloadCore, { peer, index }: News<'peer.suggested'>): Command[] {
  const record = recordOf(core, peer)
  if (record) noteSuggestion(record, index)
  return []
}

/** Blocks that we asked for. */
export function takeDelivery(core: DownloadCore, { peer, blocks }: News<'peer.blocks'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const commands = takeBlocks(core, record, blocks)
  commands.push(...feed(core, record))
  if (core.verifying.size > 0) commands.push(...tellDisk(core))
  return commands
}

/** Requests are free for others again. */
export function noteReleased(core: DownloadCore, { peer, requests, cause }: News<'peer.released'>): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  return takeBack(core, record, requests, cause)
}

/** It owes blocks for longer than it usually does. */
export function noteLate(core: DownloadCore, { peer }: News<'peer.late'>): Command[] {
  const record = recordOf(core, peer)
  return record?.isMember ? onLate(core, record) : []
}
