import { crumbBytes } from '../../peer/blocks/crumbs.ts'
import { isInterested, viewOf } from '../../peer/peer-view.ts'
import { isSnubbed, peerChoking, peerInterested } from '../../peer/selectors.ts'
import { totalBytes } from '../../peer/vocabulary/ledger.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { TorrentEmitted } from '../vocabulary/emitted.ts'
import { type Appetite, appetiteOf, firstBlockMs, mayBeUnused } from './algorithm/appetite.ts'
import {
  type ChokeCandidate,
  type ChokeRecord,
  type ChokeSituation,
  type ChokeSlot,
  decide,
  holdsSlot,
} from './algorithm/choke-algorithm.ts'
import { antiSnubbingMs } from './algorithm/choke-round.ts'
import type { ChokingCore } from './slice.ts'

/** What slots given anew lead to. */
export interface Choking {
  readonly orders: readonly Command[]
  readonly news: readonly TorrentEmitted[]
}

const nothing: Choking = { orders: [], news: [] }

/** One choke round: ten seconds are over (BEP 3). */
export function runChokeRound(core: ChokingCore): Choking {
  return giveSlots(core, { occasion: 'round', round: core.round++ })
}

/**
 * Gives away what is free between rounds: a peer left, there are more slots, or a second has passed and a holder of a slot does not
 * take.
 */
export function fillSlots(core: ChokingCore): Choking {
  const staying = stayingIn(core)
  const isDue = staying.some((record) => isTried(record, core))
  return isDue || hasSlotFor(staying.filter(isWaiting), staying, core) ? fill(core) : nothing
}

/** A peer has become interested: it waits for a slot from now on, unless it has one. It alone can be given what the others were not. */
export function noteInterested(core: ChokingCore, record: PeerRecord): Choking {
  if (record.uploadSlot === 'none') record.uploadSlotSince = core.now
  const waiting = [record].filter(isStaying).filter(isWaiting)
  return waiting.length > 0 && hasSlotFor(waiting, stayingIn(core), core) ? fill(core) : nothing
}

const fill = (core: ChokingCore): Choking =>
  core.chokerRests ? nothing : giveSlots(core, { occasion: 'free_slot', round: Math.max(0, core.round - 1) })

const stayingIn = (core: ChokingCore): PeerRecord[] => [...core.swarm.peers.values()].filter(isStaying)

const isWaiting = (record: PeerRecord): boolean => isInterested(record) && record.uploadSlot === 'none'

/** It was unchoked beside the slots for as long as that may last, and did something with it. */
const isTried = (record: PeerRecord, core: ChokingCore): boolean =>
  record.uploadSlot === 'spare' &&
  core.now - record.uploadSlotSince >= firstBlockMs &&
  appetiteIn(record, core) !== 'takes_nothing'

/** Whether one of those that wait would be given a slot, or a place beside the slots. */
function hasSlotFor(waiting: readonly PeerRecord[], staying: readonly PeerRecord[], core: ChokingCore): boolean {
  if (waiting.length === 0) return false
  const holders = staying.filter(({ uploadSlot }) => holdsSlot({ slot: uploadSlot }))
  if (holders.length < core.slots) return true
  const appetite = (record: PeerRecord) => appetiteIn(record, core)
  const refrains = (record: PeerRecord) => appetite(record) === 'takes_nothing'
  const appetites = holders.map(appetite)
  if (!mayBeUnused(appetites, { others: staying.filter(isWaiting).map(appetite) })) return false
  const isWasted = appetites.includes('takes_nothing')
  return waiting.some((record) => (isWasted || !record.wasUnchoked) && !refrains(record))
}

function giveSlots(core: ChokingCore, { occasion, round }: Pick<ChokeSituation, 'occasion' | 'round'>): Choking {
  const { choker, layout, random, slots } = core
  const records = [...core.swarm.peers.values()]
  const candidates = records.flatMap((record) => candidateOf(record, core))
  for (const { appetite, peer, slot } of candidates) {
    const record = core.swarm.peers.get(peer)
    if (record && slot !== 'none' && appetite === 'takes_nothing') record.refrainedAt = core.now
  }
  const told = { occasion, round, at: core.now, mode: wantsNothing(core) ? 'seeding' : 'leeching', slots } as const
  let peers: ChokeRecord['peers']
  try {
    peers = decide(choker, candidates, { ...told, pieceLength: layout.pieceLength, random })
  } catch (error) {
    core.chokerRests = true
    return { orders: [], news: [{ type: 'choker_crashed', error }] }
  }
  core.chokerRests = false
  const orders = peers.flatMap(({ peer, slot }) => {
    const record = core.swarm.peers.get(peer)
    return record ? give(record, slot, core.now) : []
  })
  if (occasion === 'free_slot' && orders.length === 0) return nothing
  core.chokeRound = { ...told, peers }
  return { orders, news: [{ type: 'choke_round', ...core.chokeRound }] }
}

/** Open, and not about to close: outside `active` no peer is. */
const isStaying = ({ isMember, leavesAs }: PeerRecord): boolean => isMember && !leavesAs

function candidateOf(record: PeerRecord, core: ChokingCore): ChokeCandidate[] {
  const { now } = core
  const snapshot = viewOf(record)
  if (!isStaying(record) || !snapshot) return []
  const { lastBlockAt, rateDown, rateUp, since, uploaded } = snapshot.context
  const appetite = appetiteIn(record, core)
  const owesBlocks = !peerChoking(snapshot) && isSnubbed(snapshot)
  return [
    {
      peer: record.peer,
      address: record.link.address,
      interested: peerInterested(snapshot),
      antiSnubbed: owesBlocks && now - Math.max(lastBlockAt, since.peer_choking) >= antiSnubbingMs,
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
export function appetiteIn(
  record: PeerRecord,
  { now, superSeeding }: Pick<ChokingCore, 'now' | 'superSeeding'>,
): Appetite {
  const { refrainedAt, uploadedBefore, uploadSlot, uploadSlotSince } = record
  const snapshot = viewOf(record)
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

function give(record: PeerRecord, slot: ChokeSlot, now: number): Command[] {
  const held = record.uploadSlot
  if (slot === held) return []
  record.uploadSlot = slot
  // Beside the slots it has been unchoked all the time.
  if (slot === 'none' || (held !== 'spare' && slot !== 'spare') || held === 'none') {
    record.uploadSlotSince = now
    record.uploadedBefore = viewOf(record)?.context.uploaded ?? 0
  }
  if (slot === 'none') return order(record, { type: 'torrent.choke' })
  record.wasUnchoked = true
  return held === 'none' ? order(record, { type: 'torrent.unchoke' }) : []
}
