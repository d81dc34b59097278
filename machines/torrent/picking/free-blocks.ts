import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'
import { type Rank, ranks } from './ranked-buckets.ts'
import { Runs } from './runs.ts'

/**
 * Pieces chosen at random before rarest first starts: a first piece to trade matters more than a rare one (BEP 3; libtorrent's
 * number).
 */
export const randomFirstPieces = 4

/** Candidates looked at in order of rarity, or of completion, before a cheaper way to find one is taken. */
const probesMax = 64

/** Pieces looked at for one of the first rank at random places, or for the next in order: there are others to be asked for if none is found. */
const looksMax = 1_024

/** Candidates compared when pieces are looked for at random places of what the peer has. */
const samplesMax = 32

const itself = (block: number): number => block

/**
 * Which of the blocks that no peer was asked for a peer is asked for next: those of the piece it is at, of those it suggests, of the
 * piece in progress with the fewest free blocks, of a new one; of a new one in a run before that, where it is asked for runs.
 */
export class FreeBlocks {
  /** Pieces come in the order of the torrent, those of a rank after those of the one before. */
  inOrder = false
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>
  readonly #random: () => number
  readonly #runs: Runs

  /** `peers`: all that are connected. */
  constructor(pool: PiecePool, peers: ReadonlyMap<number, PickerPeer>, random: () => number) {
    this.#pool = pool
    this.#peers = peers
    this.#random = random
    this.#runs = new Runs(pool, peers, random)
  }

  /** Asks for blocks that no peer was asked for, until `picked` holds `count`. */
  take(asked: PickerPeer, count: number, filter: PickFilter, picked: BlockRequest[]): void {
    while (picked.length < count) {
      const partial = this.#next(asked, filter)
      if (partial === undefined) return
      this.#take(asked, partial, count, filter, picked)
    }
  }

  /**
   * Asks for blocks of one piece that no peer was asked for, until `picked` holds `count`. `from`: the next block that it may be, from one
   * on.
   */
  takeOf(
    asked: PickerPeer,
    index: number,
    count: number,
    filter: PickFilter,
    picked: BlockRequest[],
    from = itself,
  ): void {
    const known = this.#pool.partials.get(index)
    if (known === undefined ? !this.#mayStart(asked, index, filter) : !this.#serves(asked, known, filter)) return
    const partial = known ?? this.#pool.startFor(asked.id, index, filter.alone)
    this.#take(asked, partial, count, filter, picked, from)
  }

  /** The piece to take blocks from next. */
  #next(asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    const { current } = asked
    if (
      current !== undefined &&
      this.#pool.partials.get(current.index) === current &&
      this.#serves(asked, current, filter)
    ) {
      return current
    }
    const partial =
      this.#nextPreferred(asked, filter) ??
      (filter.allowed === undefined ? this.#nextOfAll(asked, filter) : this.#nextOf(filter.allowed, asked, filter))
    asked.current = partial ?? current
    return partial
  }

  /** The first of the preferred pieces that the peer can be asked for. */
  #nextPreferred(asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    if (this.inOrder && !filter.alone) return undefined
    for (const index of filter.preferred ?? []) {
      const partial = this.#pool.partials.get(index)
      if (partial !== undefined) {
        if (this.#serves(asked, partial, filter)) return partial
      } else if (this.#pool.wants(index) && this.#mayStart(asked, index, filter)) {
        return this.#pool.startFor(asked.id, index, filter.alone)
      }
    }
    return undefined
  }

  #nextOfAll(asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    const { open, partials } = this.#pool
    if (filter.alone) return this.#ownPiece(asked, filter) ?? this.#newPiece(asked, filter)
    const serves = (index: number) => this.#serves(asked, partials.get(index), filter)
    for (const rank of ranks) {
      const next = this.inOrder ? this.#nextInOrder(rank, asked, filter) : undefined
      if (next !== undefined) return next
      const ofRun = filter.inRuns ? this.#newPieceOf(rank, asked, filter) : undefined
      if (ofRun !== undefined) return ofRun
      const near = open.find(rank, 1, probesMax, serves)
      if (near !== -1) return partials.get(near)
      const fresh = filter.inRuns ? undefined : this.#newPieceOf(rank, asked, filter)
      if (fresh !== undefined) return fresh
    }
    for (const rank of ranks) {
      const far = open.sizeOf(rank) > probesMax ? open.find(rank, 1, open.sizeOf(rank), serves) : -1
      if (far !== -1) return partials.get(far)
    }
    return this.#ownPiece(asked, filter)
  }

  /** The first piece of a rank that the peer can be asked for; undefined where none is among those looked at. */
  #nextInOrder(rank: Rank, asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    const { have, idle, open, partials } = this.#pool
    if (idle.sizeOf(rank) + open.sizeOf(rank) === 0) return undefined
    let looksLeft = looksMax
    let index = asked.pieces.nextMissingFrom(have, 0)
    for (; index !== -1 && looksLeft > 0; index = asked.pieces.nextMissingFrom(have, index + 1), looksLeft--) {
      if (idle.rankOf(index) !== rank) continue
      const partial = partials.get(index)
      if (partial === undefined) {
        if (this.#mayStart(asked, index, filter)) return this.#pool.startFor(asked.id, index)
      } else if (this.#serves(asked, partial, filter)) return partial
    }
    return undefined
  }

  #newPiece(asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    return this.#newPieceOf('first', asked, filter) ?? this.#newPieceOf('usual', asked, filter)
  }

  #newPieceOf(rank: Rank, asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    const ofRun = filter.inRuns ? this.#nextOfRun(rank, asked, filter) : -1
    const idle =
      ofRun !== -1 ? ofRun : rank === 'first' ? this.#findFirst(asked, filter) : this.#findIdle(asked, filter)
    if (filter.inRuns && ofRun === -1 && idle !== -1) this.#runs.goOnFrom(asked, idle)
    return idle === -1 ? undefined : this.#pool.startFor(asked.id, idle, filter.alone)
  }

  #nextOfRun(rank: Rank, asked: PickerPeer, filter: PickFilter): number {
    const { idle } = this.#pool
    if (idle.sizeOf(rank) === 0) return -1
    const accepts = (index: number) =>
      idle.has(index) && idle.rankOf(index) === rank && this.#mayStart(asked, index, filter)
    return this.#runs.next(asked, accepts)
  }

  /** As for all pieces, among the few a peer allows. */
  #nextOf(allowed: ReadonlySet<number>, asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    return this.#nextOfRank('first', allowed, asked, filter) ?? this.#nextOfRank('usual', allowed, asked, filter)
  }

  #nextOfRank(
    rank: Rank,
    allowed: ReadonlySet<number>,
    asked: PickerPeer,
    filter: PickFilter,
  ): PartialPiece | undefined {
    let nearest: PartialPiece | undefined
    let rarest = -1
    for (const index of allowed) {
      if (this.#pool.idle.rankOf(index) !== rank) continue
      const partial = this.#pool.partials.get(index)
      if (partial === undefined) {
        if (!this.#pool.wants(index) || !this.#mayStart(asked, index, filter)) continue
        if (rarest === -1 || this.#pool.idle.of(index) < this.#pool.idle.of(rarest)) rarest = index
      } else if (this.#serves(asked, partial, filter) && (nearest === undefined || partial.free < nearest.free)) {
        nearest = partial
      }
    }
    if (nearest !== undefined) return nearest
    return rarest === -1 ? undefined : this.#pool.startFor(asked.id, rarest, filter.alone)
  }

  /** A piece that comes from the peer alone, with free blocks: it was at another one since. */
  #ownPiece(asked: PickerPeer, filter: PickFilter): PartialPiece | undefined {
    for (const index of this.#pool.owned) {
      const partial = this.#pool.partials.get(index)
      if (partial?.owner === asked.id && this.#serves(asked, partial, filter)) return partial
    }
    return undefined
  }

  /** Whether the peer can be asked for a block of a piece in progress that no peer was asked for. */
  #serves(asked: PickerPeer, partial: PartialPiece | undefined, { allowed, refused, alone }: PickFilter): boolean {
    if (partial === undefined || partial.free === 0 || !asked.pieces.has(partial.index)) return false
    if (partial.owner !== asked.id && (partial.owner !== undefined || alone)) return false
    if (allowed !== undefined && !allowed.has(partial.index)) return false
    if (refused === undefined) return true
    for (let block = partial.nextFree(0); block !== -1; block = partial.nextFree(block + 1)) {
      if (!refused(partial.index, block * blockBytes)) return true
    }
    return false
  }

  /** Whether the peer can be asked for a wanted piece that is not in progress. */
  #mayStart(asked: PickerPeer, index: number, { allowed, refused, alone }: PickFilter): boolean {
    if (!asked.pieces.has(index) || allowed?.has(index) === false) return false
    if (this.yields(asked, index)) return false
    if (refused === undefined) return true
    // The owner of an exclusive piece is to deliver every block.
    if (alone || this.#pool.exclusive.has(index)) return canDeliverAll(this.#pool, asked, index, refused)
    const blocks = this.#pool.layout.blocksIn(index)
    for (let block = 0; block < blocks; block++) if (!refused(index, block * blockBytes)) return true
    return false
  }

  /**
   * Whether a piece to be exclusive waits for a better peer: one that is not late, or else one with fewer strikes.
   * Not for a busy one when this one is idle, nor for one that could not be given all of it.
   */
  yields(asked: PickerPeer, index: number): boolean {
    const { exclusive } = this.#pool
    if (!exclusive.has(index)) return false
    const own = exclusive.strikes(index, asked.id)
    const isLate = asked.standing === 'late'
    if (own === 0 && !isLate) return false
    const isIdle = asked.requests.length === 0
    for (const other of this.#peers.values()) {
      if (other === asked || !other.isOpen || (isIdle && other.requests.length > 0)) continue
      const isWorse = other.standing === 'late'
      if (isWorse !== isLate ? isWorse : exclusive.strikes(index, other.id) >= own) continue
      if (canDeliverAll(this.#pool, other, index, other.refused)) return true
    }
    return false
  }

  /** A wanted piece of the first rank not in progress that the peer can be asked for, or -1: that says that there is none, or none was near. */
  #findFirst(asked: PickerPeer, filter: PickFilter): number {
    const { idle } = this.#pool
    if (idle.sizeOf('first') === 0) return -1
    const accepts = (index: number) => idle.rankOf(index) === 'first' && this.#mayStart(asked, index, filter)
    const found = idle.find(asked.countsAsSeed ? 0 : 1, probesMax, accepts, 'first')
    if (found !== -1 || idle.sizeOf('first') <= probesMax) return found
    return this.#sampleIdle(asked, samplesMax, accepts, looksMax)
  }

  /** A wanted piece not in progress that the peer can be asked for, or -1. */
  #findIdle(asked: PickerPeer, filter: PickFilter): number {
    if (this.#pool.idle.size === 0) return -1
    const accepts = (index: number) => this.#mayStart(asked, index, filter)
    if (this.#pool.verifiedCount < randomFirstPieces) return this.#sampleIdle(asked, 1, accepts)
    // What no partial peer has stands under 0: nothing a partial peer could be asked for.
    const found = this.#pool.idle.find(asked.countsAsSeed ? 0 : 1, probesMax, accepts)
    if (found !== -1 || this.#pool.idle.size <= probesMax) return found
    return this.#sampleIdle(asked, samplesMax, accepts)
  }

  /**
   * The rarest of the first `samples` accepted, from a random place on through what the peer has and we lack, or -1. Ends after `looks` at
   * pieces: by default there is no such end.
   */
  #sampleIdle(
    { pieces }: PickerPeer,
    samples: number,
    accepts: (index: number) => boolean,
    looks = Number.POSITIVE_INFINITY,
  ): number {
    const start = Math.floor(this.#random() * this.#pool.have.size)
    let rarest = -1
    let left = samples
    let looksLeft = looks
    for (const [from, to] of [[start, this.#pool.have.size] as const, [0, start] as const]) {
      let index = pieces.nextMissingFrom(this.#pool.have, from)
      for (; index !== -1 && index < to && left > 0; index = pieces.nextMissingFrom(this.#pool.have, index + 1)) {
        if (--looksLeft < 0) return rarest
        if (!this.#pool.idle.has(index) || !accepts(index)) continue
        if (rarest === -1 || this.#pool.idle.of(index) < this.#pool.idle.of(rarest)) rarest = index
        left--
      }
    }
    return rarest
  }

  /** Asks for the free blocks of a piece, in order, until `picked` holds `count`. */
  #take(
    asked: PickerPeer,
    partial: PartialPiece,
    count: number,
    { refused }: PickFilter,
    picked: BlockRequest[],
    from = itself,
  ): void {
    const { index } = partial
    const next = (block: number) => partial.nextFree(from(block))
    for (let block = next(0); block !== -1 && picked.length < count; block = next(block + 1)) {
      const request = this.#pool.layout.blockAt(index, block)
      if (refused?.(index, request.begin)) continue
      partial.request(block, asked.id)
      asked.requests.push(this.#pool.numberOf(index, block))
      picked.push(request)
    }
    this.#pool.file(partial)
  }
}

/** Whether the peer has a piece and refuses no block of it. */
export function canDeliverAll(
  { layout }: PiecePool,
  { pieces }: PickerPeer,
  index: number,
  refused: PickFilter['refused'],
): boolean {
  if (!pieces.has(index)) return false
  if (refused === undefined) return true
  const blocks = layout.blocksIn(index)
  for (let block = 0; block < blocks; block++) if (refused(index, block * blockBytes)) return false
  return true
}
