import type { PeerNews } from '../../peer/events.ts'
import type { Core } from '../core/core.ts'
import { recordOf } from '../peers/peer-table.ts'
import { type Command, emit } from '../vocabulary/commands.ts'
import { onJudged } from './verdicts.ts'

/** The reputation of a peer has changed. */
export function noteReputation(core: Core, news: Extract<PeerNews, { type: 'peer.reputation' }>): Command[] {
  const record = recordOf(core, news.peer)
  return record ? emit(core, ...onJudged(core, record, news.reputation, news.evidence)) : []
}
