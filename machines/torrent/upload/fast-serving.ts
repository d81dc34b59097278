import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { amChoking } from '../../peer/selectors.ts'
import { lengthOf } from '../../peer/vocabulary/ledger.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import type { UploadCore } from './slice.ts'

/** What a peer is served, and what it is refused. */
export interface Share<Asked> {
  readonly served: readonly Asked[]
  readonly refused: readonly BlockRequest[]
}

/** Of what a peer asks, what it is worth reading for it: while we choke it nothing that its host was given so before (BEP 6). */
export function worthReading(
  core: UploadCore,
  record: PeerRecord,
  requests: readonly BlockRequest[],
): Share<BlockRequest> {
  const { host } = record.link.address
  return share(record, requests, (request) => core.fastAllowances.isLeft(host, request))
}

/** Of what was read for a peer, what goes out: while we choke it each block counts, once for its host. What is not sent counts nothing. */
export function sendable(core: UploadCore, record: PeerRecord, blocks: readonly Block[]): Share<Block> {
  const { layout } = core
  const { host } = record.link.address
  return share(record, blocks, (block) => core.fastAllowances.take(host, block, layout))
}

function share<Asked extends Block | BlockRequest>(
  record: PeerRecord,
  asked: readonly Asked[],
  isServed: (one: Asked) => boolean,
): Share<Asked> {
  if (record.uploadSlot !== 'none' || !record.isMember || !isChoked(record)) return { served: asked, refused: [] }
  const served: Asked[] = []
  const refused: BlockRequest[] = []
  for (const one of asked) {
    if (isServed(one)) served.push(one)
    else refused.push({ index: one.index, begin: one.begin, length: lengthOf(one) })
  }
  return { served, refused }
}

/** The holder of its handle may have unchoked it, too. */
function isChoked(record: PeerRecord): boolean {
  const view = viewOf(record)
  return view !== undefined && amChoking(view)
}
