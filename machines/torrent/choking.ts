import { type ChokeCandidate, chokeRound, hasFreeSlot } from './choke-round.ts'
import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

function candidateOf(record: PeerRecord): ChokeCandidate[] {
  const snapshot = record.ref?.getSnapshot()
  if (record.state !== 'open' || !snapshot) return []
  return [
    {
      peer: record.peer,
      interested: record.interested,
      snubbed: snapshot.value.requests === 'snubbed',
      unchoked: !record.amChoking,
      optimistic: record.optimistic,
      isNew: !record.wasUnchoked,
      downloadBytesPerSecond: snapshot.context.rateDown.bytesPerSecond,
      uploadBytesPerSecond: snapshot.context.rateUp.bytesPerSecond,
    },
  ]
}

function unchoke(record: PeerRecord): Order[] {
  record.amChoking = false
  record.wasUnchoked = true
  return order(record, { type: 'torrent.unchoke' })
}

/** One choke round: ten seconds are over (BEP 3). */
export function runChokeRound(context: TorrentContext): Order[] {
  const { random, slots, work } = context
  const candidates = [...work.swarm.peers.values()].flatMap(candidateOf)
  const settings = { slots, seeding: context.have.isAll, round: work.round++ }
  return chokeRound(candidates, settings, random).flatMap((decision) => {
    const record = work.swarm.peers.get(decision.peer)
    if (!record) return []
    record.optimistic = decision.optimistic
    if (!decision.changed) return []
    if (decision.unchoke) return unchoke(record)
    record.amChoking = true
    return order(record, { type: 'torrent.choke' })
  })
}

/** A peer became interested: a free slot is its own at once. */
export function unchokeIfFree(context: TorrentContext, record: PeerRecord): Order[] {
  if (!record.amChoking) return []
  const others = [...context.work.swarm.peers.values()].map(({ amChoking }) => ({ unchoked: !amChoking }))
  return hasFreeSlot(others, context.slots) ? unchoke(record) : []
}
