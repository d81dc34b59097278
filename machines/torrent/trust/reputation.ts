import type { ExtensionWish } from '../../extensions/extension.ts'
import { viewOf } from '../../peer/peer-view.ts'
import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { type PeerRecord, recordOf } from '../peers/peer-table.ts'
import { announce, type Command } from '../vocabulary/commands.ts'
import type { TorrentWish } from '../vocabulary/events.ts'
import { problemOfAddress } from './blacklist-entry.ts'
import type { TrustCore } from './slice.ts'
import { onCorruptMetadata, onJudged } from './verdicts.ts'

/** The reputation of a peer has changed. */
export function noteReputation(core: TrustCore, news: Extract<PeerNews, { type: 'peer.reputation' }>): Command[] {
  const record = recordOf(core, news.peer)
  return record ? announce(core, onJudged(core, record, news.reputation, news.evidence)) : []
}

/** The owner bans an address, whatever its reputation. What is no address bans nobody. */
export function banByWish(
  core: TrustCore,
  { address, reason, peerId = '' }: Extract<TorrentWish, { type: 'torrent.ban' }>,
): Command[] {
  if (problemOfAddress(address)) return []
  const { blacklist, memory, now: at, swarm } = core
  const isThere = ({ link }: PeerRecord) => link.address.host === address.host && link.address.port === address.port
  const view = viewOf([...swarm.peers.values()].find(isThere) ?? { ref: undefined })
  const reputation = view?.context.reputation ?? memory.reputationOf(address)
  const evidence = memory.evidenceOf(address)
  return announce(core, {
    orders: [{ tell: 'blacklist', to: blacklist, address, ban: { peerId, reason, evidence, at } }],
    news: [{ type: 'banned', address, reputation, reason, evidence }],
  })
}

/** These gave wrong metadata. */
export function punishLiars(
  core: TrustCore,
  { culprits }: Extract<ExtensionWish, { type: 'metadata.corrupt' }>,
): Command[] {
  return announce(core, onCorruptMetadata(core, culprits))
}
