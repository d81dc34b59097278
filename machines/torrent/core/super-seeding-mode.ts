import { SuperSeeding } from '../choking/super-seeding.ts'
import { revealAll } from '../choking/super-seeding-offers.ts'
import { greetingOf, regreet } from '../connections/greetings.ts'
import { closeBatch } from '../connections/leaving.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { recordOf } from '../peers/peer-table.ts'
import { type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { CoreEvent } from '../vocabulary/news.ts'
import type { Core } from './core.ts'

/** Whether a connection is there, and not about to end. */
const isThere = (core: Core) => (peer: number) => {
  const record = recordOf(core, peer)
  return record !== undefined && record.state !== 'closing'
}

const wasTold = ({ peerId }: PeerRecord) => peerId !== ''

/**
 * Super-seeding (BEP 16) begins: no peer may know from our extended handshake that we have everything (BEP 21). What peers were told that
 * we have cannot be taken back: they are closed, come again, and are told less.
 */
export function beginSuperSeeding(core: Core): Command[] {
  const { have, now: at, random, swarm } = core
  core.superSeeding = new SuperSeeding({ pieceCount: have.size, random, at })
  core.revealing = undefined
  core.greeting = { ...core.greeting, uploadOnly: false }
  const commands = [...emit(core, { type: 'super_seeding', active: true }), ...regreet(core)]
  for (const record of swarm.peers.values()) if (wasTold(record)) record.leavesAs ??= 'super_seeding'
  return [...commands, ...closeBatch(core)]
}

/** Its owner wishes it to super-seed once everything is there, or no longer. */
export function wishSuperSeed(core: Core, { superSeed }: { readonly superSeed: boolean }): Command[] {
  core.superSeeds = superSeed
  return [tellChart(core, { type: superSeed ? 'super_seeding.wished' : 'super_seeding.unwished' })]
}

/** The wish, again: everything is there now, or the torrent runs again. */
export const repeatWish = (core: Core): Command[] =>
  core.superSeeds && core.isRunning ? [tellChart(core, { type: 'super_seeding.wished' })] : []

/** Time has passed: a peer that left is forgotten, one that wants nothing of what it was offered is offered something else. */
export function stepSuperSeeding(core: Core): Command[] {
  const { now, superSeeding } = core
  if (!superSeeding) return []
  const isInterested = (peer: number) => recordOf(core, peer)?.interested === true
  const commands = revealAll(core, superSeeding.step({ isThere: isThere(core), isInterested, at: now }))
  const because = superSeeding.uselessAs(now)
  if (!because) return commands
  core.superSeeds = false
  return [...commands, tellChart(core, { type: 'super_seeding.over', because })]
}

/** It is a seeder like others, and says so (BEP 21): it helps no longer, or is not asked for, or the torrent does not run. */
export function endSuperSeeding(core: Core, { because }: Extract<CoreEvent, { type: 'super_seeding.end' }>): Command[] {
  core.revealing = core.superSeeding
  core.superSeeding = undefined
  core.greeting = greetingOf(core)
  return emit(core, { type: 'super_seeding', active: false, ...(because && { because }) })
}

/** The rest of what was held back, a batch at a time. */
export function revealNext(core: Core): Command[] {
  if (!core.revealing) return []
  const reveals = core.revealing.reveal(isThere(core))
  const ours = reveals.filter(({ index }) => core.have.has(index))
  const commands = revealAll(core, ours)
  if (reveals.length === 0) commands.push(tellChart(core, { type: 'super_seeding.revealed' }))
  return commands
}

/** Nothing is held back: every peer was told, or has to come again after a pause. */
export function forgetOffers(core: Core): Command[] {
  core.revealing = undefined
  return []
}
