import { PieceSet } from '../../piece-set.ts'
import { noteCompletion } from '../connections/greetings.ts'
import { freePiece, gainPiece, holdPiece, losePiece } from '../content/holdings.ts'
import { areAllBack } from '../content/losses.ts'
import { feedHungry } from '../download/downloading.ts'
import { tellInterest, wantMore } from '../download/interest.ts'
import { renounce } from '../download/renouncing.ts'
import { forgetSave } from '../resume/resuming.ts'
import { forgetLost } from '../upload/suggesting.ts'
import type { Command } from '../vocabulary/commands.ts'
import type { Found } from '../vocabulary/found.ts'
import type { Core } from './core.ts'

/** What withdrawing pieces brings about. */
export interface Withdrawal {
  readonly orders: Command[]
  /** Pieces that are served no longer, and such as were missing and are fetched no longer. */
  readonly served: number
  readonly fetched: number
}

/**
 * Pieces cannot be had as they were verified: they are ours no longer, which all peers are told, and held back until the owner looks
 * (`Losses`). With them goes what is missing of the same files.
 */
export function withdraw(core: Core, pieces: PieceSet): Withdrawal {
  const before = core.have.count
  const { orders, fetched } = giveUp(core, pieces)
  orders.push(...conclude(core))
  return { orders, served: before - core.have.count, fetched }
}

function giveUp(core: Core, pieces: PieceSet): Omit<Withdrawal, 'served'> {
  let fetched = 0
  const orders: Command[] = []
  for (const index of pieces.indexes()) {
    if (core.have.has(index)) {
      losePiece(core, index)
      core.telling.addLoss(index, core.swarm.peers.keys())
    } else if (!core.losses.held.has(index)) {
      holdPiece(core, index)
      fetched++
      orders.push(...renounce(core, index))
    }
  }
  forgetLost(core)
  forgetSave(core)
  return { orders, fetched }
}

/**
 * Pieces were hashed anew: those that are right are ours, whatever wrote them, and announced; those that are wrong are ours no longer. What
 * was held back is fetched again when the owner has asked for the look, or when all that was ours is back: something has touched the file,
 * and no more.
 */
export function takeUp(core: Core, { pieces, right, wrong, isOver, isWished }: Found): Command[] {
  const lost = wrong.filter((index) => core.have.has(index))
  const orders = lost.length > 0 ? giveUp(core, setOf(lost, pieces.size)).orders : []
  for (const index of right) {
    // What is being verified is told by that.
    if (core.have.has(index) || core.verifying.has(index)) continue
    orders.push(...renounce(core, index))
    gainPiece(core, index)
    core.telling.addPiece(index, core.swarm.peers.keys())
  }
  if (isOver && (isWished || areAllBack(core.losses, pieces))) {
    for (const index of pieces.indexes()) {
      if (!core.losses.held.has(index)) continue
      freePiece(core, index)
      if (core.verifying.has(index) || core.selection.skipped.has(index)) continue
      core.picker.want(index)
      for (const record of core.swarm.peers.values()) if (record.isMember) wantMore(core, record, index)
    }
  }
  forgetSave(core)
  orders.push(...conclude(core))
  return orders
}

const setOf = (indexes: readonly number[], size: number): PieceSet =>
  indexes.reduce((set, index) => set.with(index), PieceSet.none(size))

/** What follows once all is taken into account: each peer is told whether it has something we want, and fed. */
function conclude(core: Core): Command[] {
  noteCompletion(core)
  const interest = [...core.swarm.peers.values()].flatMap((record) => (record.isMember ? tellInterest(record) : []))
  return [...interest, ...feedHungry(core)]
}

/** What the owner is told: what has happened, and what it costs. */
export const describeLoss = (cause: string, { served, fetched }: Pick<Withdrawal, 'served' | 'fetched'>): string => {
  const parts = [
    ...(served > 0 ? [`${piecesOf(served)} no longer served`] : []),
    ...(fetched > 0 ? [`${piecesOf(fetched)} not fetched`] : []),
  ]
  return `${cause}: ${parts.join(', ')} until the torrent is checked again`
}

const piecesOf = (count: number): string => (count === 1 ? '1 piece is' : `${count} pieces are`)
