import type { ExtensionWish } from '../../extensions/extension.ts'
import type { PeerNews } from '../../peer/events.ts'
import { recordOf } from '../peers/peer-table.ts'
import { announce, type Command } from '../vocabulary/commands.ts'
import type { TrustCore } from './slice.ts'
import { onCorruptMetadata, onJudged } from './verdicts.ts'

/** The reputation of a peer has changed. */
export function noteReputation(core: TrustCore, news: Extract<PeerNews, { type: 'peer.reputation' }>): Command[] {
  const record = recordOf(core, news.peer)
  return record ? announce(core, onJudged(core, record, news.reputation, news.evidence)) : []
}

/** These gave wrong metadata. */
export function punishLiars(
  core: TrustCore,
  { culprits }: Extract<ExtensionWish, { type: 'metadata.corrupt' }>,
): Command[] {
  return announce(core, onCorruptMetadata(core, culprits))
}
