import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import { type AskingAgain, type Displaced, mayAskAgain } from './asking-again.ts'
import type { FreeBlocks } from './free-blocks.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter, RateOf } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'
import { type Rates, Share } from './share.ts'

/** Pieces that a reader waits for whose blocks are asked of a second peer: the first ones that are missing. */
const hastenedMax = 2

/** Blocks of those that one pick asks of a second peer. 128 KiB. */
const againMax = 8

/** A second peer is asked for a block that it brings so much sooner, in milliseconds: what a duplicate costs has to be worth it. */
const soonerMs = 250

/** Peers whose rates are added up for one pick. */
const ratedMax = 200

interface Ways {
  readonly rateOf: RateOf
  readonly displaced: Displaced[]
}

/**
 * Pieces that somebody waits to read, the most urgent first. They come before all others, and in this order, as far as the peers' rates
 * allow: a peer answers in the order in which it is asked, so by its rate and what it was asked for, each block is asked of the peer that
 * brings it first. What is due first, and is asked of a peer that brings it much later than another would, is asked of that one too: of two
 * peers at most.
 */
export class UrgentPieces {
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>
  readonly #again: AskingAgain
  readonly #freeBlocks: FreeBlocks
  #order: readonly number[] = []
  #members: ReadonlySet<number> = new Set()

  /** `peers`: all that are connected. */
  constructor(
    pool: PiecePool,
    peers: ReadonlyMap<number, PickerPeer>,
    { again, freeBlocks }: { readonly again: AskingAgain; readonly freeBlocks: FreeBlocks },
  ) {
    this.#pool = pool
    this.#peers = peers
    this.#again = again
    this.#freeBlocks = freeBlocks
  }

  /** The pieces, the most urgent first; none at first. */
  get order(): readonly number[] {
    return this.#order
  }

  set order(order: readonly number[]) {
    this.#order = order
    this.#members = new Set(order)
  }

  /** Asks a peer for blocks of these pieces, until `picked` holds `count`. */
  take(asked: PickerPeer, count: number, filter: PickFilter, picked: BlockRequest[], ways: Ways): void {
    const first = this.#order.find((index) => this.#isMissing(index))
    if (first === undefined) return
    const rates = this.#ratesOf(asked, first, ways.rateOf)
    if (rates.own > 0)
      this.#takeAgain(asked, Math.min(count, picked.length + againMax), filter, picked, { ...ways, rates })
    this.#takeShare(asked, count, filter, picked, rates)
    // What it was to leave to others, from the end: that is due last.
    for (let nth = this.#order.length - 1; nth >= 0 && picked.length < count; nth--) {
      const index = this.#order[nth] as number
      if (this.#isMissing(index)) this.#freeBlocks.takeOf(asked, index, count, filter, picked)
    }
  }

  /** What a peer was asked for of other pieces, those that come from it alone aside: to be put behind these. */
  othersOf({ id, requests }: PickerPeer): BlockRequest[] {
    const others: BlockRequest[] = []
    for (let nth = 0; nth < requests.length; nth++) {
      const number = requests.at(nth)
      const index = this.#pool.indexOf(number)
      if (this.#members.has(index) || this.#pool.partials.get(index)?.owner === id) continue
      others.push(this.#pool.requestOf(number))
    }
    return others
  }

  /** Asks for the blocks that the peer brings sooner than others would: those that others bring before are left to them. */
  #takeShare(asked: PickerPeer, count: number, filter: PickFilter, picked: BlockRequest[], rates: Rates): void {
    const { blocksPerPiece } = this.#pool.layout
    const share = new Share(rates, asked.requests.length)
    for (const [nth, index] of this.#order.entries()) {
      // Others bring the rest of the window before.
      if (picked.length >= count || share.toPass >= (this.#order.length - nth) * blocksPerPiece) return
      if (!this.#pool.wants(index)) continue
      const partial = this.#pool.partials.get(index)
      const blocks = this.#pool.layout.blocksIn(index)
      const unasked = partial?.free ?? blocks
      if (share.toPass >= unasked) {
        share.pass(unasked)
        continue
      }
      const free: number[] = []
      for (let block = 0; block < blocks && picked.length + free.length < count; block++) {
        if (partial && (partial.hasReceived(block) || partial.requesters(block) > 0)) continue
        if (share.toPass > 0) share.pass(1)
        else share.asked = asked.requests.length + free.push(block)
      }
      if (free.length > 0) this.#freeBlocks.takeOf(asked, index, count, filter, picked, nextOf(free))
      // Some of them may be refused.
      share.asked = asked.requests.length
    }
  }

  /** Asks for blocks that others were asked for and bring much later than this peer would. */
  #takeAgain(
    asked: PickerPeer,
    count: number,
    filter: PickFilter,
    picked: BlockRequest[],
    { rates, ...ways }: Ways & { readonly rates: Rates },
  ): void {
    let pieces = 0
    for (const index of this.#order) {
      if (pieces === hastenedMax || picked.length >= count) return
      if (!this.#isMissing(index)) continue
      pieces++
      const partial = this.#pool.partials.get(index)
      if (partial === undefined || partial.requested === 0) continue
      for (let block = 0; block < partial.blocks && picked.length < count; block++) {
        if (partial.requesters(block) !== 1 || partial.isRequestedFrom(block, asked.id)) continue
        if (!mayAskAgain(partial, block, asked, filter)) continue
        const ownMs = waitMs(asked.requests.length, rates.own)
        if (this.#waitMs(partial, block, ways.rateOf, rates.mean) > ownMs + soonerMs)
          picked.push(this.#again.ask(partial, block, asked, ways))
      }
    }
  }

  /** In how long the one peer that is asked for a block will have brought it. */
  #waitMs(partial: PartialPiece, block: number, rateOf: RateOf, mean: number): number {
    const [id] = partial.requestersOf(block)
    const other = id === undefined ? undefined : this.#peers.get(id)
    if (other === undefined) return 0
    return waitMs(other.requests.placeOf(this.#pool.numberOf(partial.index, block)), rateOf(other.id) || mean)
  }

  /** It is to be fetched, and not all of its blocks have come. */
  #isMissing(index: number): boolean {
    return this.#pool.wants(index) && !this.#pool.partials.get(index)?.isComplete
  }

  /** What the peers that could be asked for a piece give; one that has given nothing yet counts as the mean of the others. */
  #ratesOf(asked: PickerPeer, index: number, rateOf: RateOf): Rates {
    let known = 0
    let sum = 0
    let looks = 0
    const others: { rate: number; asked: number }[] = []
    for (const { id, isOpen, pieces, requests } of this.#peers.values()) {
      if (++looks > ratedMax) break
      const rate = rateOf(id)
      if (!isOpen || !pieces.has(index)) continue
      if (rate > 0) {
        known++
        sum += rate
      }
      if (id !== asked.id) others.push({ rate, asked: requests.length })
    }
    const mean = known === 0 ? 0 : sum / known
    return { own: rateOf(asked.id) || mean, mean, others }
  }
}

/** The first of some numbers, which rise, from one on that rises too; infinite where there is none. */
function nextOf(numbers: readonly number[]): (from: number) => number {
  let nth = 0
  return (from) => {
    while (nth < numbers.length && (numbers[nth] as number) < from) nth++
    return numbers[nth] ?? Number.POSITIVE_INFINITY
  }
}

/** In how long a peer brings a block, in milliseconds, behind so many others. */
const waitMs = (before: number, rate: number): number => ((before + 1) * blockBytes * 1000) / rate
