import { isEnding, isInterested } from '../../peer/peer-view.ts'
import { recordOf } from '../peers/peer-table.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import type { ChokingCore } from './slice.ts'
import { SuperSeeding } from './super-seeding.ts'
import { revealAll } from './super-seeding-offers.ts'

/** Whether a connection is there, and not about to end. */
const isThere = (core: ChokingCore) => (peer: number) => {
  const record = recordOf(core, peer)
  return record !== undefined && !isEnding(record)
}

/** It pretends to have nothing (BEP 16). */
export function beginOffers(core: ChokingCore): void {
  const { have, now: at, random } = core
  core.superSeeding = new SuperSeeding({ pieceCount: have.size, random, at })
  core.revealing = undefined
}

/** It does not any more: what it held back is still to be told. */
export function endOffers(core: ChokingCore): void {
  core.revealing = core.superSeeding
  core.superSeeding = undefined
}

/** Its owner wishes it to super-seed once everything is there, or no longer. */
export function wishSuperSeed(core: ChokingCore, { superSeed }: { readonly superSeed: boolean }): Command[] {
  core.superSeeds = superSeed
  return [tellChart(core, { type: superSeed ? 'super_seeding.wished' : 'super_seeding.unwished' })]
}

/** The wish, again: everything is there now, or the torrent runs again. */
export const repeatWish = (core: ChokingCore): Command[] =>
  core.superSeeds && core.isRunning ? [tellChart(core, { type: 'super_seeding.wished' })] : []

/** Time has passed: a peer that left is forgotten, one that wants nothing of what it was offered is offered something else. */
export function stepSuperSeeding(core: ChokingCore): Command[] {
  const { now, superSeeding } = core
  if (!superSeeding) return []
  const wants = (peer: number) => {
    const record = recordOf(core, peer)
    return record !== undefined && isInterested(record)
  }
  const commands = revealAll(core, superSeeding.step({ isThere: isThere(core), isInterested: wants, at: now }))
  const because = superSeeding.uselessAs(now)
  if (!because) return commands
  core.superSeeds = false
  return [...commands, tellChart(core, { type: 'super_seeding.over', because })]
}

/** The rest of what was held back, a batch at a time. */
export function revealNext(core: ChokingCore): Command[] {
  if (!core.revealing) return []
  const reveals = core.revealing.reveal(isThere(core))
  const ours = reveals.filter(({ index }) => core.have.has(index))
  const commands = revealAll(core, ours)
  if (reveals.length === 0) commands.push(tellChart(core, { type: 'super_seeding.revealed' }))
  return commands
}

/** Nothing is held back: every peer was told, or has to come again after a pause. */
export function forgetOffers(core: ChokingCore): Command[] {
  core.revealing = undefined
  return []
}
