import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { noteInterested, runChokeRound } from '../choking/unchoke-slots.ts'
import { forgetRefusals } from '../download/downloading.ts'
import { recordOf } from '../peers/peer-table.ts'
import { grantLate } from '../upload/allowed-fast-grant.ts'
import { suggestServed } from '../upload/suggesting.ts'
import { announce, type Command } from '../vocabulary/commands.ts'
import type { Core } from './core.ts'

/** It wants something of us. */
export function takeInterest(core: Core, { peer }: Extract<PeerNews, { type: 'peer.interested' }>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  return [...grantLate(core, record), ...announce(core, noteInterested(core, record))]
}

/** Ten seconds are over (BEP 3). */
export const chokeAnew = (core: Core): Command[] => [
  ...announce(core, runChokeRound(core)),
  ...suggestServed(core),
  ...forgetRefusals(core),
]
