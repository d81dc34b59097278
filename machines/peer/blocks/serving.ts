import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import { isPiece, none } from '../vocabulary/context.ts'
import { limits } from '../vocabulary/delays.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'
import { keyOf, settle, totalBytes, without } from '../vocabulary/ledger.ts'

/** Takes the remote's requests into the queue; what goes beyond `reqq` is refused. */
export function queue(
  context: PeerFacts,
  requests: readonly BlockRequest[],
): { readonly change: Partial<PeerFacts>; readonly refused: readonly BlockRequest[] } {
  const room = Math.max(0, limits.reqq - context.queued.length - context.serving.length)
  return {
    change: {
      queued: context.queued.concat(requests.slice(0, room)),
      ...(room === limits.reqq && { askedAt: context.now }),
    },
    refused: requests.slice(room),
  }
}

/** Those of the pieces that can be granted when the connection opens (BEP 6): each once, within the bound, none without Fast. */
export const grantable = (context: PeerFacts, indexes: readonly number[]): readonly number[] =>
  context.features.fast && indexes.length > 0
    ? [...new Set(indexes)].filter((index) => isPiece(context, index)).slice(0, limits.allowedFast)
    : none

/**
 * While we choke the remote: the requests for pieces it is allowed all the same (BEP 6), as long as it has not asked for all of
 * them `limits.grantedRounds` times over.
 */
export function takeGranted(
  context: PeerFacts,
  requests: readonly BlockRequest[],
): { readonly granted: readonly BlockRequest[]; readonly refused: readonly BlockRequest[] } {
  const blocksMax = limits.grantedRounds * context.granted.length * context.layout.blocksPerPiece
  let room = Math.max(0, blocksMax - context.grantedBlocks)
  const granted: BlockRequest[] = []
  const refused: BlockRequest[] = []
  for (const request of requests) {
    if (room > 0 && context.granted.includes(request.index)) {
      granted.push(request)
      room--
    } else {
      refused.push(request)
    }
  }
  return { granted, refused }
}

/** Bytes that may be read ahead: of an upload under a limit no more than goes out soon, and one block at least. */
export function uploadWindow({ rateLimits, rateUp }: PeerFacts): number {
  if (rateLimits.up === Number.POSITIVE_INFINITY) return limits.uploadWindowBytes
  const soonBytes = (rateUp.bytesPerSecond * limits.limitedUploadWindowMs) / 1000
  return Math.min(Math.max(soonBytes, blockBytes), limits.uploadWindowBytes)
}

/** Moves as much of the queue as the upload window allows to `serving`; the moved ones are to be read. */
export function serveNext(
  context: PeerFacts,
  { queued = context.queued, serving = context.serving }: Partial<PeerFacts> = {},
): { readonly change: Partial<PeerFacts>; readonly next: readonly BlockRequest[] } {
  const windowBytes = uploadWindow(context)
  let bytes = totalBytes(serving)
  let count = 0
  for (const request of queued) {
    if (bytes + request.length > windowBytes) break
    bytes += request.length
    count++
  }
  if (count === 0) return { change: {}, next: [] }
  const next = queued.slice(0, count)
  return { change: { queued: queued.slice(count), serving: serving.concat(next) }, next }
}

/** Strikes read blocks off `serving`. Only those still asked for go out: a choke in between has rejected the others. */
export function deliver(
  context: PeerFacts,
  blocks: readonly Block[],
): { readonly change: Partial<PeerFacts>; readonly blocks: readonly Block[] } {
  const { open: serving, unmatched } = settle(context.serving, blocks)
  const sent = without(blocks, unmatched)
  if (sent.length === 0) return { blocks: sent, change: {} }
  const uploaded = context.uploaded + totalBytes(sent)
  return { blocks: sent, change: { serving, uploaded, refusedInRow: 0, lastUploadAt: context.now } }
}

/** Strikes requests that cannot be served off `serving`; answers those that were still open. */
export function withdraw(
  context: PeerFacts,
  requests: readonly BlockRequest[],
): { readonly change: Partial<PeerFacts>; readonly withdrawn: readonly BlockRequest[] } {
  const { open: serving, unmatched } = settle(context.serving, requests)
  return { change: { serving }, withdrawn: without(requests, unmatched) }
}

/** The remote cancels: what is still queued goes; what is being read is answered by its piece (BEP 6: exactly one answer). */
export function cancelled(
  context: PeerFacts,
  requests: readonly BlockRequest[],
): { readonly change: Partial<PeerFacts>; readonly gone: readonly BlockRequest[] } {
  if (context.queued.length === 0) return { change: {}, gone: [] }
  const keys = new Set(requests.map(keyOf))
  const gone = context.queued.filter((queued) => keys.has(keyOf(queued)))
  return { change: { queued: context.queued.filter((queued) => !keys.has(keyOf(queued))) }, gone }
}
