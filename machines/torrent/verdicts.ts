import type { Address } from '../../transport/transport.ts'
import { reputationRules } from '../peer/context.ts'
import type { TorrentCommand } from '../peer/events.ts'
import type { TorrentContext } from './context.ts'
import { interestAfterPiece } from './interest.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/** Who is banned, and for what reputation. */
export interface Banned {
  readonly address: Address
  readonly reputation: number
}

interface Punishment {
  readonly orders: readonly Order[]
  readonly banned: readonly Banned[]
}

/** A piece is ours: whoever gave blocks of it earns trust, whoever once gave wrong ones is found out, and all are told. */
export function onVerified(context: TorrentContext, index: number, digests: readonly string[]): Punishment {
  const { blame, picker, swarm } = context.work
  const contributors = contributorsOf(context, index)
  const { culprits } = blame.onVerified(index, digests)
  picker.verified(index)
  const orders: Order[] = []
  for (const peer of contributors) {
    const record = swarm.peers.get(peer)
    if (record && !culprits.includes(peer)) orders.push(...order(record, { type: 'torrent.verified', index }))
  }
  const punishment = punish(context, culprits, { type: 'torrent.corrupt', index })
  orders.push(...punishment.orders)
  for (const record of swarm.peers.values()) {
    if (record.state !== 'open') continue
    orders.push(...order(record, { type: 'torrent.have', index }), ...interestAfterPiece(context, record, index))
  }
  return { orders, banned: punishment.banned }
}

/** A piece failed its hash: it is fetched again, and who is proven to be at fault pays. */
export function onCorrupt(
  context: TorrentContext,
  index: number,
  digests: readonly string[],
): Punishment & { readonly addresses: readonly Address[] } {
  const { blame, memory, picker, swarm } = context.work
  const contributors = picker.contributors(index).filter((peer) => peer !== undefined)
  const { culprits, suspects } = blame.onCorrupt(index, contributors, digests)
  picker.failed(index, { exclusive: suspects.length > 0, avoid: suspects })
  return {
    ...punish(context, culprits, { type: 'torrent.corrupt', index }),
    addresses: [...new Set(contributors)].flatMap((peer) => swarm.addressOf(peer) ?? memory.addressOf(peer) ?? []),
  }
}

/** These gave wrong metadata (BEP 9), which is no better than a corrupt piece: they pay as much. */
export function onCorruptMetadata(context: TorrentContext, culprits: readonly number[]): Punishment {
  return punish(context, culprits, { type: 'torrent.adjust_reputation', delta: reputationRules.corrupt })
}

/** A peer is gone, with this reputation: its name outlives it, and whoever has a bad one is banned. */
export function onLeft(context: TorrentContext, record: PeerRecord, reputation: number): Banned[] {
  const { address } = record.link
  const remembered = context.work.memory.left(record.peer, address, reputation - record.startReputation)
  return banIfBad(context, address, record.peerId, Math.min(reputation, remembered))
}

function contributorsOf(context: TorrentContext, index: number): Set<number> {
  return new Set(context.work.picker.contributors(index).filter((peer) => peer !== undefined))
}

function punish(context: TorrentContext, culprits: readonly number[], command: TorrentCommand): Punishment {
  const { memory, swarm } = context.work
  const orders: Order[] = []
  const banned: Banned[] = []
  for (const peer of culprits) {
    const address = swarm.addressOf(peer) ?? memory.addressOf(peer)
    if (!address) continue
    // Whoever left and came back before the verdict pays where it is now; whoever is closing or gone pays in memory.
    const record = swarm.peers.get(peer) ?? swarm.at(address)
    const told = record ? order(record, command) : []
    orders.push(...told)
    if (told.length === 0) banned.push(...banIfBad(context, address, record?.peerId ?? '', memory.punish(address)))
  }
  return { orders, banned }
}

/** Bans once; nothing for a reputation that is good enough. */
function banIfBad({ work }: TorrentContext, address: Address, peerId: string, reputation: number): Banned[] {
  if (reputation > reputationRules.banned || work.blacklist.hasAddress(address)) return []
  work.blacklist.add(address, peerId)
  return [{ address, reputation }]
}
