import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { cancelAt, feedHungry } from '../download/downloading.ts'
import { hurry, lacksAhead, readOn } from '../reading/windows.ts'
import type { Command } from '../vocabulary/commands.ts'
import type { TorrentWish } from '../vocabulary/events.ts'
import type { Core } from './core.ts'
import { wantAsRead } from './selecting.ts'

/**
 * Somebody reads, or has read on. What it needs comes before all else; a new reader does not wait for what was asked for before: that is
 * cancelled. Of skipped files it is fetched where it is read, as long as it is.
 */
export function read(core: Core, { reader, first, end }: Extract<TorrentWish, { type: 'torrent.read' }>): Command[] {
  const { layout, readers } = core
  if (layout === unknownLayout || !layout.hasPiece(first) || !(end > first && end <= layout.pieceCount)) return []
  const isNew = !readers.has(reader)
  readers.set(reader, { first, end })
  const commands = isNew ? wantAsRead(core) : []
  if (isNew) hurry(core)
  else readOn(core, first)
  if (isNew && lacksAhead(core, { first, end })) commands.push(...makeWay(core))
  return [...commands, ...(core.isRunning ? feedHungry(core) : [])]
}

/** Nobody reads there any more. */
export function unread(core: Core, { reader }: Extract<TorrentWish, { type: 'torrent.unread' }>): Command[] {
  if (!core.readers.delete(reader)) return []
  hurry(core)
  return wantAsRead(core)
}

/** What peers were asked for besides is taken back, so that they can be asked for what is read. */
function makeWay(core: Core): Command[] {
  const { picker, swarm } = core
  return [...swarm.peers.values()].flatMap(({ isMember, peer }) => {
    const requests = isMember ? picker.makeWay(peer) : []
    return requests.length > 0 ? cancelAt(core, peer, requests) : []
  })
}

/** Pieces come in their order, or the rarest first again. */
export function setSequential(
  core: Core,
  { sequential }: Extract<TorrentWish, { type: 'torrent.sequential' }>,
): Command[] {
  core.picker.inOrder = sequential
  return []
}
