import { remoteKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { peerIdOf } from '../../peer/peer-view.ts'
import type { TorrentCommand } from '../../peer/vocabulary/events.ts'
import { describeEvidence, type Evidence, type Grounds, groundsOf, isPaid } from '../../peer/vocabulary/evidence.ts'
import { reputationBounds } from '../../peer/vocabulary/reputation-rules.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { TorrentEmitted } from '../vocabulary/emitted.ts'
import type { Culprit } from './blame.ts'
import type { TrustCore } from './slice.ts'

/** What a verdict brings about: bans, orders to peers, and what is emitted. */
interface Punishment {
  readonly orders: readonly Command[]
  readonly news: readonly TorrentEmitted[]
}

const nothing: Punishment = { orders: [], news: [] }

/** One that lied, and on what grounds it pays. */
interface Lie {
  readonly peer: number
  readonly grounds: Grounds
  readonly command: TorrentCommand
}

/** A piece is ours: peers that gave blocks of it earn trust, and those that once gave wrong ones are proven. */
export function onVerified(core: TrustCore, index: number, digests: readonly string[]): Punishment {
  const { blame, picker, swarm } = core
  const contributors = picker.contributors(index)
  const { culprits } = blame.onVerified(index, contributors, digests)
  picker.verified(index)
  const orders: Command[] = []
  for (const peer of new Set(contributors)) {
    const record = peer === undefined ? undefined : swarm.peers.get(peer)
    if (!record || culprits.some((culprit) => culprit.peer === peer)) continue
    orders.push(...order(record, { type: 'torrent.verified', index }))
  }
  const punishment = punishForPiece(core, culprits, index)
  orders.push(...punishment.orders)
  return { orders, news: punishment.news }
}

/** A piece failed its hash: it is fetched again, and the peer that is proven to be at fault pays. */
export function onCorrupt(
  core: TrustCore,
  index: number,
  digests: readonly string[],
): Punishment & { readonly addresses: readonly Address[] } {
  const { blame, memory, picker, swarm } = core
  const contributors = picker.contributors(index)
  const { culprits, suspects } = blame.onCorrupt(index, contributors, digests)
  picker.failed(index, { exclusive: suspects.length > 0, avoid: suspects })
  const peers = [...new Set(contributors)].filter((peer) => peer !== undefined)
  return {
    ...punishForPiece(core, culprits, index),
    addresses: peers.flatMap((peer) => swarm.addressOf(peer) ?? memory.departed(peer)?.address ?? []),
  }
}

/** These gave wrong metadata (BEP 9), which is no better than a corrupt piece: they pay as much. */
export function onCorruptMetadata(core: TrustCore, culprits: readonly number[]): Punishment {
  const grounds = groundsOf('corrupt_metadata')
  const command = { type: 'torrent.judge', rule: 'corrupt_metadata' } as const
  return punishAll(
    core,
    culprits.map((peer) => ({ peer, grounds, command })),
  )
}

/**
 * The reputation of a peer has changed: that is told and kept, and a peer with a bad one is banned at once. What another connection
 * of its host has paid for meanwhile is not charged again.
 */
export function onJudged(core: TrustCore, record: PeerRecord, reputation: number, evidence: Evidence): Punishment {
  const { address } = record.link
  const { memory } = core
  if (isPaid(memory.evidenceOf(address), evidence)) {
    record.startReputation += evidence.change
    return nothing
  }
  memory.note(address, evidence)
  const ofHost = memory.reputationOf(address) + reputation - record.startReputation
  return combine(
    reputationNews(address, reputation, evidence),
    banIfBad(core, address, peerIdOf(record), Math.min(reputation, ofHost)),
  )
}

/** A peer is gone, with this reputation: it is remembered by its name, and a peer with a bad one is banned. */
export function onLeft(core: TrustCore, record: PeerRecord, reputation: number): Punishment {
  const { address } = record.link
  const { peer } = record
  const peerId = peerIdOf(record)
  const { blame, memory, swarm } = core
  blame.forget(peer)
  const departed = { address, peerId, nextPeer: swarm.nextPeer }
  const remembered = memory.left(peer, departed, reputation - record.startReputation)
  return banIfBad(core, address, peerId, Math.min(reputation, remembered))
}

/**
 * What a peer at an address starts with. No banned peer gets here: a name as bad as that was taken off the blacklist since,
 * and starts anew.
 */
export function rememberedOf({ memory }: Pick<TrustCore, 'memory'>, address: Address) {
  if (memory.reputationOf(address) <= reputationBounds.banned) memory.pardon(address)
  return { reputation: memory.reputationOf(address), evidence: memory.evidenceOf(address) }
}

/** A peer that is banned, here or in another torrent that has the same blacklist, is closed. */
export function showOutBanned({ blacklist, swarm }: TrustCore): Command[] {
  return [...swarm.peers.values()]
    .filter((record) => blacklist.hasAddress(record.link.address) || blacklist.hasPeerId(peerIdOf(record)))
    .flatMap((record) => order(record, { type: 'torrent.close', code: 'blacklisted' }))
}

function punishForPiece(core: TrustCore, culprits: readonly Culprit[], index: number): Punishment {
  return punishAll(
    core,
    culprits.map(({ peer, blocks }) => ({
      peer,
      grounds: groundsOf('corrupt', { piece: index, ...(blocks && { blocks }) }),
      command: { type: 'torrent.corrupt', index, ...(blocks && { blocks }) },
    })),
  )
}

/** Of several that share a host the first whose reputation is too bad bans it: the list has it when all this is carried out. */
function punishAll(core: TrustCore, lies: readonly Lie[]): Punishment {
  const banned = new Set<string>()
  return combine(...lies.map((lie) => punish(core, lie, banned)))
}

/**
 * A peer that left and came back before the verdict pays where it is now, by the command; one that is closing or gone pays in memory,
 * on the same grounds: there its host does, and no other peer that is connected from there.
 */
function punish(core: TrustCore, { peer, grounds, command }: Lie, banned: Set<string>): Punishment {
  const { memory, swarm } = core
  const here = swarm.peers.get(peer)
  const gone = memory.departed(peer)
  const record = here ?? (gone && swarm.successorOf(gone))
  const orders = record ? order(record, command) : []
  const address = here?.link.address ?? gone?.address
  if (!address || orders.length > 0) return { orders, news: [] }
  const evidence = { ...grounds, peer }
  const reputation = memory.judge(address, evidence)
  return combine(
    reputationNews(address, reputation, evidence),
    banIfBad(core, address, here ? peerIdOf(here) : (gone?.peerId ?? ''), reputation, banned),
  )
}

const combine = (...punishments: readonly Punishment[]): Punishment => ({
  orders: punishments.flatMap(({ orders }) => orders),
  news: punishments.flatMap(({ news }) => news),
})

const reputationNews = (address: Address, reputation: number, { peer, ...grounds }: Evidence): Punishment => ({
  orders: [],
  news: [{ type: 'reputation', address, reputation, ...grounds }],
})

/** Bans once; nothing for a reputation that is good enough. `banned`: hosts that this decision bans already (`remoteKey`). */
function banIfBad(
  core: TrustCore,
  address: Address,
  peerId: string,
  reputation: number,
  banned = new Set<string>(),
): Punishment {
  const { blacklist, memory, now: at } = core
  const key = remoteKey(address)
  if (reputation > reputationBounds.banned || banned.has(key) || blacklist.hasAddress(address)) return nothing
  banned.add(key)
  const evidence = memory.evidenceOf(address)
  const reason = describeEvidence(evidence)
  return {
    orders: [{ tell: 'blacklist', to: blacklist, address, ban: { peerId, reason, evidence, at } }],
    news: [{ type: 'banned', address, reputation, reason, evidence }],
  }
}
