import { crumbBytes } from '../peer/crumbs.ts'
import { totalBytes } from '../peer/ledger.ts'
import { type Appetite, appetiteOf, firstBlockMs, isIdle } from './appetite.ts'
import {
  type ChokeCandidate,
  type ChokeRecord,
  type ChokeSituation,
  type ChokeSlot,
  decide,
  holdsSlot,
} from './choke-algorithm.ts'
import { snubbedMs } from './choke-round.ts'
import type { TorrentContext, Work } from './context.ts'
import type { TorrentEmitted } from './emitted.ts'
import { wantsNothing } from './interest.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/** What slots given anew lead to. */
export interface Choking {
  readonly orders: readonly Order[]
  readonly news: readonly TorrentEmitted[]
}

const nothing: Choking = { orders: [], news: [] }

/** One choke round: ten seconds are over (BEP 3). */
export function runChokeRound(context: TorrentContext): Choking {
  return giveSlots(context, { occasion: 'round', round: context.work.round++ })
}

/**
 * Gives away what is free between rounds: somebody left, there are more slots, or a second has passed and who holds a slot does not
 * take.
 */
export function fillSlots(context: TorrentContext): Choking {
  const staying = stayingIn(context)
  const isDue = staying.some((record) => isTried(record, context.work))
  return isDue || hasSlotFor(staying.filter(isWaiting), staying, context) ? fill(context) : nothing
}

/** A peer has become interested: it waits for a slot from now on, unless it has one. It alone can be given what the others were not. */
export function noteInterested(context: TorrentContext, record: PeerRecord): Choking {
  record.interested = true
  if (record.uploadSlot === 'none') record.uploadSlotSince = context.work.now
  const waiting = [record].filter(isStaying).filter(isWaiting)
  return waiting.length > 0 && hasSlotFor(waiting, stayingIn(context), context) ? fill(context) : nothing
}

const fill = (context: TorrentContext): Choking =>
  context.work.chokerRests
    ? nothing
    : giveSlots(context, { occasion: 'free_slot', round: Math.max(0, context.work.round - 1) })

const stayingIn = ({ work }: TorrentContext): PeerRecord[] => [...work.swarm.peers.values()].filter(isStaying)

const isWaiting = ({ interested, uploadSlot }: PeerRecord): boolean => interested && uploadSlot === 'none'

/** It was unchoked beside the slots for as long as that may last, and did something with it. */
const isTried = (record: PeerRecord, work: Work): boolean =>
  record.uploadSlot === 'spare' &&
  work.now - record.uploadSlotSince >= firstBlockMs &&
  appetiteIn(record, work) !== 'takes_nothing'

/** Whether one of those that wait would be given a slot, or a place beside the slots. */
function hasSlotFor(
  waiting: readonly PeerRecord[],
  staying: readonly PeerRecord[],
  { slots, work }: TorrentContext,
): boolean {
  if (waiting.length === 0) return false
  const holders = staying.filter(({ uploadSlot }) => holdsSlot({ slot: uploadSlot }))
  if (holders.length < slots) return true
  const refrains = (record: PeerRecord) => appetiteIn(record, work) === 'takes_nothing'
  const appetites = holders.map((record) => appetiteIn(record, work))
  const isWasted = appetites.includes('takes_nothing')
  const mayBeUnused =
    appetites.some(isIdle) ||
    (appetites.includes('pauses') && staying.some((record) => isWaiting(record) && refrains(record)))
  if (!mayBeUnused) return false
  return waiting.some((record) => (isWasted || !record.wasUnchoked) && !refrains(record))
}

function giveSlots(context: TorrentContext, { occasion, round }: Pick<ChokeSituation, 'occasion' | 'round'>): Choking {
  const { choker, layout, random, slots, work } = context
  const records = [...work.swarm.peers.values()]
  const candidates = records.flatMap((record) => candidateOf(record, work))
  for (const { appetite, peer, slot } of candidates) {
    const record = work.swarm.peers.get(peer)
    if (record && slot !== 'none' && appetite === 'takes_nothing') record.refrainedAt = work.now
  }
  const told = { occasion, round, at: work.now, mode: wantsNothing(context) ? 'seeding' : 'leeching', slots } as const
  let peers: ChokeRecord['peers']
  try {
    peers = decide(choker, candidates, { ...told, pieceLength: layout.pieceLength, random })
  } catch (error) {
    work.chokerRests = true
    return { orders: [], news: [{ type: 'choker_crashed', error }] }
  }
  work.chokerRests = false
  const orders = peers.flatMap(({ peer, slot }) => {
    const record = work.swarm.peers.get(peer)
    return record ? give(record, slot, work.now) : []
  })
  if (occasion === 'free_slot' && orders.length === 0) return nothing
  work.chokeRound = { ...told, peers }
  return { orders, news: [{ type: 'choke_round', ...work.chokeRound }] }
}

/** Open, and not about to close: outside `active` no peer is. */
const isStaying = ({ state, leavesAs }: PeerRecord): boolean => state === 'open' && !leavesAs

function candidateOf(record: PeerRecord, work: Work): ChokeCandidate[] {
  const { now } = work
  const snapshot = record.ref?.getSnapshot()
  if (!isStaying(record) || !snapshot) return []
  const { lastBlockAt, rateDown, rateUp, uploaded } = snapshot.context
  const appetite = appetiteIn(record, work)
  const owesBlocks = !record.choking && snapshot.value.requests === 'snubbed'
  return [
    {
      peer: record.peer,
      address: record.link.address,
      interested: record.interested,
      snubbed: owesBlocks && now - Math.max(lastBlockAt, record.unchokedUsAt) >= snubbedMs,
      slot: record.uploadSlot,
      since: record.uploadSlotSince,
      isNew: !record.wasUnchoked,
      downloadBytesPerSecond: rateDown.bytesPerSecond,
      uploadBytesPerSecond: rateUp.bytesPerSecond,
      asking: snapshot.value.uploads !== 'idle',
      uploadedInSlot: uploaded - record.uploadedBefore,
      appetite,
    },
  ]
}

/** Whether a peer takes what it may have. What our disk or a limit holds up is not its doing. */
export function appetiteIn(record: PeerRecord, { now, superSeeding }: Work): Appetite {
  const { ref, refrainedAt, uploadedBefore, uploadSlot, uploadSlotSince } = record
  const snapshot = ref?.getSnapshot()
  if (!snapshot) return 'pauses'
  const { isUploadLimited, outstanding, queued, rateDown, rateLimits, serving, taken, takenAt, uploaded } =
    snapshot.context
  const { bytesPerSecond } = rateDown
  const isFull = snapshot.value.uploads === 'congested' && !isUploadLimited
  return appetiteOf(
    {
      isUnchoked: uploadSlot !== 'none',
      since: uploadSlotSince,
      tookAt: !isFull && totalBytes(queued) + totalBytes(serving) >= crumbBytes ? now : takenAt,
      sent: uploaded - uploadedBefore,
      hasUnread: uploaded - taken >= crumbBytes,
      isLimited: (isUploadLimited && rateLimits.up < Number.POSITIVE_INFINITY) || superSeeding !== undefined,
      givesForMs: bytesPerSecond > 0 ? (totalBytes(outstanding) * 1_000) / bytesPerSecond : undefined,
      refrainedAt,
    },
    now,
  )
}

function give(record: PeerRecord, slot: ChokeSlot, now: number): Order[] {
  const held = record.uploadSlot
  if (slot === held) return []
  record.uploadSlot = slot
  // Beside the slots it has been unchoked all the time.
  if (slot === 'none' || (held !== 'spare' && slot !== 'spare') || held === 'none') {
    record.uploadSlotSince = now
    record.uploadedBefore = record.ref?.getSnapshot().context.uploaded ?? 0
  }
  if (slot === 'none') return order(record, { type: 'torrent.choke' })
  record.wasUnchoked = true
  return held === 'none' ? order(record, { type: 'torrent.unchoke' }) : []
}
