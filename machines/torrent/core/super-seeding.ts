import { beginOffers, endOffers } from '../choking/super-seeding-mode.ts'
import { changeGreeting, noteCompletion, regreet } from '../connections/greetings.ts'
import { closeBatch } from '../connections/leaving.ts'
import { type Command, emit } from '../vocabulary/commands.ts'
import type { CoreEvent } from '../vocabulary/news.ts'
import type { Core } from './core.ts'

/**
 * Super-seeding (BEP 16) begins: no peer may know from our extended handshake that we have everything (BEP 21). What peers were told that
 * we have cannot be taken back: they are closed, come again, and are told less.
 */
export function beginSuperSeeding(core: Core): Command[] {
  beginOffers(core)
  changeGreeting(core, { uploadOnly: false })
  const commands = [...emit(core, { type: 'super_seeding', active: true }), ...regreet(core)]
  for (const record of core.swarm.peers.values()) if (record.holdsPlace) record.leavesAs ??= 'super_seeding'
  return [...commands, ...closeBatch(core)]
}

/** It is a seeder like others, and says so (BEP 21): it helps no longer, or is not asked for, or the torrent does not run. */
export function endSuperSeeding(core: Core, { because }: Extract<CoreEvent, { type: 'super_seeding.end' }>): Command[] {
  endOffers(core)
  noteCompletion(core)
  return emit(core, { type: 'super_seeding', active: false, ...(because && { because }) })
}
