import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { mayAsk } from '../choking/super-seeding-offers.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { recordOf } from '../peers/peer-table.ts'
import { askStorage, type Command, order } from '../vocabulary/commands.ts'
import type { StorageNews } from '../vocabulary/events.ts'
import { sendable, worthReading } from './fast-serving.ts'
import type { UploadCore } from './slice.ts'
import { noteServed } from './suggesting.ts'
import { refuseUnannounced } from './unannounced.ts'

type News<Type extends PeerNews['type']> = Extract<PeerNews, { type: Type }>

/** A peer asks for blocks: those that are ours are read. */
export function serve(core: UploadCore, { peer, requests }: News<'peer.requests'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const { served, refused } = worthReading(core, record, requests)
  const commands = refused.length > 0 ? order(record, { type: 'torrent.reject', requests: refused }) : []
  const isServed = ({ index }: BlockRequest) => core.have.has(index) && mayAsk(core, record, index)
  const ours = served.every(isServed) ? served : served.filter(isServed)
  if (ours.length > 0) commands.push(...askStorage(core, { type: 'storage.read', peer, requests: ours }))
  if (ours.length === served.length) return commands
  const lacking = served.filter((request) => !ours.includes(request))
  commands.push(...refuseUnannounced(core, record, lacking))
  return commands
}

/** Blocks were read. What was withdrawn meanwhile may be wrong. */
export function passBlocks(
  core: UploadCore,
  { peer, blocks }: Extract<StorageNews, { type: 'storage.blocks' }>,
): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const isOurs = ({ index }: Block) => core.have.has(index)
  if (blocks.every(isOurs)) return sendBlocks(core, record, blocks)
  const requests = blocks
    .filter((block) => !isOurs(block))
    .map(({ index, begin, data }) => ({ index, begin, length: data.length }))
  return [...order(record, { type: 'torrent.reject', requests }), ...sendBlocks(core, record, blocks.filter(isOurs))]
}

function sendBlocks(core: UploadCore, record: PeerRecord, read: readonly Block[]): Command[] {
  const { served: blocks, refused } = sendable(core, record, read)
  const commands = refused.length > 0 ? order(record, { type: 'torrent.reject', requests: refused }) : []
  for (const { data } of blocks) core.uploaded += data.length
  const last = blocks.at(-1)
  if (!last) return commands
  noteServed(core, last.index)
  core.superSeeding?.serve(record.peer, last.index, core.now)
  commands.push(...order(record, { type: 'torrent.piece', blocks }))
  return commands
}

/** Blocks that could not be read: with the Fast extension they are rejected. */
export function refuseUnread(
  core: UploadCore,
  { peer, requests }: Extract<StorageNews, { type: 'storage.unread' }>,
): Command[] {
  const record = recordOf(core, peer)
  return record ? order(record, { type: 'torrent.reject', requests }) : []
}
