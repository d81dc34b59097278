import { PieceSet } from '../piece-set.ts'
import type { TorrentContext } from './context.ts'
import { cancelAt, feedHungry } from './downloading.ts'
import { greetingWith } from './extending.ts'
import { tellInterest, wantLess, wantMore } from './interest.ts'
import { areAllBack, regained } from './losses.ts'
import type { Order } from './order.ts'
import { forgetSave } from './resuming.ts'

/** What it changes that pieces are lost, or found again. */
interface Change {
  readonly know: Pick<TorrentContext, 'have' | 'losses' | 'greeting'>
  readonly orders: readonly Order[]
}

/** What withdrawing pieces brings about. */
export interface Withdrawal extends Change {
  /** Pieces that are served no longer, and such as were missing and are fetched no longer. */
  readonly served: number
  readonly fetched: number
}

/**
 * Pieces can not be had as they were verified: they are ours no longer, which all peers are to hear, and held back until somebody looks
 * (`Losses`). With them goes what is missing of the same files.
 */
export function withdraw(context: TorrentContext, pieces: PieceSet): Withdrawal {
  const { work } = context
  let { have, losses } = context
  let fetched = 0
  const orders: Order[] = []
  for (const index of pieces.indexes()) {
    if (have.has(index)) {
      have = have.without(index)
      losses = { withdrawn: losses.withdrawn.with(index), held: losses.held.with(index) }
      work.telling.addLoss(index, work.swarm.peers.keys())
    } else if (!losses.held.has(index)) {
      losses = { ...losses, held: losses.held.with(index) }
      fetched++
      orders.push(...renounce(context, index))
    }
  }
  work.served = work.served.filter((index) => have.has(index))
  forgetSave(context)
  return { ...conclude(context, { have, losses }, orders), served: context.have.count - have.count, fetched }
}

/** What a new look at pieces has shown. */
export interface Found {
  /** All that were to be looked at. */
  readonly pieces: PieceSet
  /** Of these, as far as is known now. */
  readonly right: readonly number[]
  readonly wrong: readonly number[]
  /** Nothing more comes of this look. */
  readonly isOver: boolean
  /** The owner asked for it, so that what is wrong may be fetched and written anew. */
  readonly isWished: boolean
}

/**
 * Pieces were hashed anew: those that are right are ours, whoever wrote them, and announced; those that are wrong are ours no longer. What
 * was held back is fetched again when the owner has asked for the look, or when all that was ours is back: somebody has touched the file,
 * and no more.
 */
export function takeUp(context: TorrentContext, { pieces, right, wrong, isOver, isWished }: Found): Change {
  const { work } = context
  const lost = wrong.filter((index) => context.have.has(index))
  const first = lost.length > 0 ? withdraw(context, setOf(lost, pieces.size)) : undefined
  let { have, losses } = first?.know ?? context
  const orders: Order[] = [...(first?.orders ?? [])]
  for (const index of right) {
    // What is being verified is told by that.
    if (have.has(index) || work.verifying.has(index)) continue
    orders.push(...renounce(context, index))
    have = have.with(index)
    losses = regained(losses, index)
    work.telling.addPiece(index, work.swarm.peers.keys())
  }
  if (isOver && (isWished || areAllBack(losses, pieces))) {
    for (const index of pieces.indexes()) {
      if (!losses.held.has(index)) continue
      losses = { ...losses, held: losses.held.without(index) }
      if (work.verifying.has(index)) continue
      work.picker.want(index)
      for (const record of work.swarm.peers.values()) if (record.state === 'open') wantMore(context, record, index)
    }
  }
  forgetSave(context)
  return conclude(context, { have, losses }, orders)
}

/** A piece is not to be fetched: its blocks that came are dropped, and those under way cancelled. */
export function renounce(context: TorrentContext, index: number): Order[] {
  const { buffers, picker, swarm, verifying } = context.work
  if (verifying.has(index) || !picker.wants(index)) return []
  const asked = picker.settle(index)
  buffers.drop(index)
  for (const record of swarm.peers.values()) if (record.state === 'open') wantLess(context, record, index)
  return [...asked].flatMap(([peer, requests]) => cancelAt(context, peer, requests))
}

const setOf = (indexes: readonly number[], size: number): PieceSet =>
  indexes.reduce((set, index) => set.with(index), PieceSet.none(size))

function conclude(
  context: TorrentContext,
  know: Pick<TorrentContext, 'have' | 'losses'>,
  orders: readonly Order[],
): Change {
  const after = { ...context, ...know }
  const interest = [...context.work.swarm.peers.values()].flatMap((record) =>
    record.state === 'open' ? tellInterest(record) : [],
  )
  return {
    know: { ...know, greeting: greetingWith(after, know.have) },
    orders: [...orders, ...interest, ...feedHungry(after)],
  }
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
