import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { PieceSet } from '../piece-set.ts'
import { Buckets } from './buckets.ts'
import { blockBytes, type Layout } from './layout.ts'
import { PartialPiece } from './partial-piece.ts'
import { Probations } from './probations.ts'
import { RequestQueue } from './request-queue.ts'

/** Pieces chosen at random before rarest first starts: a first piece to trade matters more than a rare one (BEP 3; libtorrent's number). */
export const randomFirstPieces = 4

/** Blocks a peer is asked for in endgame at a time, in addition to others; more follow when these are answered. 512 KiB. */
export const duplicatesMax = 32

/** Peers asked for one block at a time, in endgame: three of them may stall and the fourth still brings it. */
export const requestersMax = 4

/** Candidates looked at in order of rarity, or of completion, before a cheaper way to find one is taken. */
const probesMax = 64

/** Candidates compared when pieces are looked for at random places of what the peer has. */
const samplesMax = 32

/** What narrows a pick. */
export interface PickFilter {
  /** The only pieces to pick from: those the peer allows while it chokes us (BEP 6, Allowed Fast). */
  readonly allowed?: ReadonlySet<number>
  /** Pieces to pick from before others, in this order: those the peer suggests (BEP 6, Suggest Piece). */
  readonly preferred?: readonly number[]
  /** Blocks not to ask this peer for: it rejected them a moment ago (BEP 6, Reject Request). */
  readonly refused?: (index: number, begin: number) => boolean
}

/** What became of a block that came. */
export interface Receipt {
  /** False: not ours to take (received before, piece verified, not a block of ours, another peer's exclusive piece). Drop it. */
  readonly accepted: boolean
  /** The piece has all its blocks now: hash it, then call `verified` or `failed`. */
  readonly complete: boolean
  /** Peers that were asked for the same block and no longer are: cancel there. */
  readonly others: readonly number[]
}

/** A piece in progress, for people who look. */
export interface PartialSummary {
  readonly index: number
  /** Blocks of the piece, and how many of them are on their way and here. */
  readonly blocks: number
  readonly requested: number
  readonly received: number
  /** The one peer it is fetched from, while it is exclusive. */
  readonly owner?: number
}

interface Peer {
  readonly id: number
  pieces: PieceSet
  /** Counted as one seed, not piece by piece. A peer that became a seed by `have`s is not. */
  countsAsSeed: boolean
  /** The piece it was last asked for. */
  current: PartialPiece | undefined
  readonly requests: RequestQueue
  /** It could be asked for anything when it was last picked for: it does not choke us. */
  isOpen: boolean
}

const nothing: ReadonlySet<number> = new Set()
const dropped: Receipt = { accepted: false, complete: false, others: [] }
const taken: Receipt = { accepted: true, complete: false, others: [] }
const takenLast: Receipt = { accepted: true, complete: true, others: [] }

/**
 * Which blocks to ask which peer for. Mutable; deterministic under its `random`.
 *
 * - The piece the peer is at first, then those it suggests, then the piece in progress with the fewest free blocks, then a new one: at random until
 *   `randomFirstPieces` are verified, then the rarest among the connected peers, ties at random.
 * - Endgame: when no peer connected has a wanted block that nobody was asked for, a peer that owes nothing is asked for up to
 *   `duplicatesMax` blocks that others owe, from the end of each piece, as those deliver from its start.
 * - A piece that failed its hash with several contributors can be made exclusive: one peer, the owner, is to deliver all of it.
 *   That is a preference, no promise: when the owner gives up, or another peer has nothing else to do, the piece is anybody's,
 *   with the blocks it has. Only when it then fails again does the next owner keep it from idle peers, or a poisoner with
 *   nothing to do would spoil every attempt; requests that time out bound how long that is.
 *
 * A peer is a number, unique per connection, from `addPeer` to `removePeer`; another number throws an Error. No call scans all
 * pieces, `addPeer` and `removePeer` of a partial peer aside, and none but endgame scans all pieces in progress in normal use.
 */
export class PiecePicker {
  readonly #layout: Layout
  readonly #random: () => number
  readonly #peers = new Map<number, Peer>()
  readonly #partials = new Map<number, PartialPiece>()
  /** Wanted pieces not in progress, keyed by how many partial peers have them. Keys are kept for all pieces. */
  readonly #idle: Buckets
  /** Pieces in progress that any peer may be asked for, keyed by their free blocks, of which there are some. */
  readonly #open: Buckets
  /** Pieces to be exclusive whenever they are started. */
  readonly #exclusive = new Probations()
  #seeds = 0
  #have: PieceSet

  /** `have`: what is verified already. `random`: at least 0, below 1. Throws a RangeError when the sizes differ. */
  constructor({ layout, have, random }: { layout: Layout; have: PieceSet; random: () => number }) {
    if (have.size !== layout.pieceCount)
      throw new RangeError(`${have.size} pieces in a torrent of ${layout.pieceCount}`)
    this.#layout = layout
    this.#have = have
    this.#random = random
    this.#idle = new Buckets(layout.pieceCount, random)
    this.#open = new Buckets(layout.pieceCount, random)
    for (let index = 0; index < layout.pieceCount; index++) if (!have.has(index)) this.#idle.add(index)
  }

  /** The verified pieces. */
  get have(): PieceSet {
    return this.#have
  }

  /** Pieces not verified yet. */
  get missing(): number {
    return this.#have.size - this.#have.count
  }

  get isComplete(): boolean {
    return this.#have.isAll
  }

  /** The pieces in progress, oldest first. */
  get partials(): PartialSummary[] {
    return Array.from(this.#partials.values(), ({ index, blocks, requested, received, owner }) => ({
      index,
      blocks,
      requested,
      received,
      ...(owner === undefined ? {} : { owner }),
    }))
  }

  /** Whether blocks are on their way and no connected peer has a free one, those of exclusive pieces in progress aside. */
  get inEndgame(): boolean {
    const unobtainable = this.#seeds === 0 ? this.#idle.countAt(0) : 0
    if (this.#idle.size > unobtainable) return false
    let onTheirWay = 0
    for (const partial of this.#partials.values()) {
      if (partial.free > 0 && partial.owner === undefined && this.availability(partial.index) > 0) return false
      onTheirWay += partial.requested
    }
    return onTheirWay > 0
  }

  /** Whether the piece exists and is not verified. */
  wants(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.#have.size && !this.#have.has(index)
  }

  /** How many connected peers have a piece. */
  availability(index: number): number {
    return this.#idle.keyOf(index) + this.#seeds
  }

  /** What a peer has, as told by `addPeer`, `addPiece` and `removePiece`. */
  pieces(peer: number): PieceSet {
    return this.#peer(peer).pieces
  }

  /** How many blocks a peer was asked for and has neither delivered nor been released from. */
  requested(peer: number): number {
    return this.#peer(peer).requests.length
  }

  /** Those blocks, oldest first. */
  requestsOf(peer: number): BlockRequest[] {
    const { requests } = this.#peer(peer)
    return Array.from({ length: requests.length }, (_, nth) => this.#request(requests.at(nth)))
  }

  /** A peer whose pieces are known now. Throws when it is there, and a RangeError for a number that is not a 31-bit integer. */
  addPeer(peer: number, pieces: PieceSet): void {
    if (!Number.isInteger(peer) || peer < 0 || peer >= 2 ** 31) throw new RangeError(`peer ${peer}`)
    if (this.#peers.has(peer)) throw new Error(`peer ${peer} is there already`)
    if (pieces.size !== this.#have.size)
      throw new RangeError(`${pieces.size} pieces in a torrent of ${this.#have.size}`)
    const requests = new RequestQueue()
    this.#peers.set(peer, { id: peer, pieces, countsAsSeed: pieces.isAll, current: undefined, requests, isOpen: false })
    if (pieces.isAll) this.#seeds++
    else for (const index of pieces.indexes()) this.#count(index, 1)
  }

  /** The peer is gone: its requests are free again, its pieces no longer count. Nothing when it is not there. */
  removePeer(peer: number): void {
    const gone = this.#peers.get(peer)
    if (gone === undefined) return
    this.releaseAll(peer)
    this.#peers.delete(peer)
    this.#exclusive.forget(peer)
    if (gone.countsAsSeed) this.#seeds--
    else for (const index of gone.pieces.indexes()) this.#count(index, -1)
  }

  /** The peer has one more piece (BEP 3, `have`). Nothing when that is known. */
  addPiece(peer: number, index: number): void {
    const owner = this.#peer(peer)
    if (owner.pieces.has(index)) return
    owner.pieces = owner.pieces.with(index)
    this.#count(index, 1)
  }

  /** The peer has a piece no more (BEP 54, `lt_donthave`). Nothing when that is known; what it was asked for stays so. */
  removePiece(peer: number, index: number): void {
    const owner = this.#peer(peer)
    if (!owner.pieces.has(index)) return
    owner.pieces = owner.pieces.without(index)
    if (owner.countsAsSeed) {
      owner.countsAsSeed = false
      this.#seeds--
      for (const other of owner.pieces.indexes()) this.#count(other, 1)
    } else {
      this.#count(index, -1)
    }
  }

  /** Up to `count` blocks to ask the peer for now; they count as asked. Never one the peer is asked for already. */
  pick(peer: number, count: number, filter: PickFilter = {}): BlockRequest[] {
    const asked = this.#peer(peer)
    asked.isOpen = filter.allowed === undefined
    const picked: BlockRequest[] = []
    if (count <= 0) return picked
    do {
      this.#takeFree(asked, count, filter, picked)
      if (picked.length === 0 && asked.requests.length === 0 && this.inEndgame) {
        this.#duplicate(asked, Math.min(count, duplicatesMax), filter, picked)
      }
    } while (picked.length === 0 && this.#endExclusivity(asked, filter))
    return picked
  }

  /**
   * A block came from a peer that was asked for it at some time: also one it was released from, while it is still missing.
   * Whether the peer was ever asked is the caller's to know, and what bounds the pieces in progress.
   */
  receive(peer: number, index: number, begin: number, length: number): Receipt {
    const asked = this.#peer(peer)
    if (!this.#layout.isBlock(index, begin, length)) return dropped
    const block = this.#layout.blockIndex(begin)
    const number = this.#number(index, block)
    let partial = this.#partials.get(index)
    if (partial === undefined) {
      if (this.#have.has(index) || this.#yields(asked, index)) return dropped
      partial = this.#startFor(asked, index)
    }
    if ((partial.owner !== undefined && partial.owner !== peer) || partial.hasReceived(block)) return dropped
    asked.requests.remove(number)
    const others = partial.receive(block, peer)
    for (const other of others) this.#peers.get(other)?.requests.remove(number)
    this.#file(partial)
    if (others.length > 0) return { accepted: true, complete: partial.isComplete, others }
    return partial.isComplete ? takenLast : taken
  }

  /**
   * Blocks the peer will not deliver (rejected, timed out, cancelled) are free for any peer at once, and so are its exclusive
   * pieces they are of; blocks it was not asked for are passed over.
   */
  release(peer: number, requests: readonly BlockRequest[]): void {
    const asked = this.#peer(peer)
    for (const { index, begin } of requests) {
      const block = this.#layout.blockIndex(begin)
      const partial = this.#partials.get(index)
      if (partial === undefined || !asked.requests.remove(this.#number(index, block))) continue
      partial.release(block, peer)
      if (partial.owner === peer) this.#giveUp(partial)
      else this.#file(partial)
    }
  }

  /**
   * Everything the peer was asked for is free, and its exclusive pieces are anybody's: it choked us, or went. `kept`: pieces of
   * which it still delivers what it was asked for (BEP 6, Allowed Fast).
   */
  releaseAll(peer: number, kept: ReadonlySet<number> = nothing): void {
    const asked = this.#peer(peer)
    for (const index of this.#exclusive.indexes) {
      const partial = this.#partials.get(index)
      if (partial?.owner === peer && !partial.isComplete && !kept.has(index)) this.#giveUp(partial)
    }
    const left: number[] = []
    for (let nth = 0; nth < asked.requests.length; nth++) {
      const number = asked.requests.at(nth)
      const { index, begin } = this.#request(number)
      if (kept.has(index)) {
        left.push(number)
        continue
      }
      const partial = this.#partials.get(index) as PartialPiece
      partial.release(this.#layout.blockIndex(begin), peer)
      this.#file(partial)
    }
    asked.requests.clear()
    for (const number of left) asked.requests.push(number)
    asked.isOpen = false
  }

  /** Per block of a piece in progress the peer that delivered it, undefined where none did yet. Empty for any other piece. */
  contributors(index: number): readonly (number | undefined)[] {
    return this.#partials.get(index)?.contributors() ?? []
  }

  /** The piece passed its hash, and is ours. Throws unless all its blocks were received. */
  verified(index: number): void {
    this.#complete(index)
    this.#partials.delete(index)
    this.#exclusive.end(index)
    this.#have = this.#have.with(index)
  }

  /**
   * The piece failed its hash: all its blocks are free again. `exclusive`: the next download is to come from one peer alone,
   * the first that picks it, with no duplicates, for as long as that holds up nobody. `avoid`: peers that get it only when no
   * peer that failed less has it, could be asked for anything when it was last picked for, and is as idle as they are. Throws
   * unless all its blocks were received.
   */
  failed(index: number, { exclusive, avoid = [] }: { exclusive: boolean; avoid?: readonly number[] }): void {
    this.#complete(index)
    this.#partials.delete(index)
    this.#idle.add(index)
    if (!exclusive) {
      this.#exclusive.end(index)
      return
    }
    this.#exclusive.begin(index)
    for (const peer of avoid) this.#strike(index, peer)
  }

  #peer(peer: number): Peer {
    const found = this.#peers.get(peer)
    if (found === undefined) throw new Error(`peer ${peer} is not there: addPeer comes first`)
    return found
  }

  #complete(index: number): PartialPiece {
    const partial = this.#partials.get(index)
    if (partial?.isComplete) return partial
    throw new Error(`piece ${index} has not all its blocks`)
  }

  #count(index: number, change: 1 | -1): void {
    this.#idle.rekey(index, this.#idle.keyOf(index) + change)
  }

  /** A block of the torrent as one number. */
  #number(index: number, block: number): number {
    return index * this.#layout.blocksPerPiece + block
  }

  #request(number: number): BlockRequest {
    const block = number % this.#layout.blocksPerPiece
    return this.#layout.blockAt((number - block) / this.#layout.blocksPerPiece, block)
  }

  #start(index: number, owner: number | undefined): PartialPiece {
    const partial = new PartialPiece(index, this.#layout.blocksIn(index), owner)
    this.#partials.set(index, partial)
    this.#idle.remove(index)
    return partial
  }

  /** Puts a piece in progress where its blocks now say it belongs. */
  #file(partial: PartialPiece): void {
    const { index, free, owner } = partial
    if (owner !== undefined) return
    this.#open.rekey(index, free)
    if (free > 0 && free < partial.blocks) {
      this.#open.add(index)
      return
    }
    this.#open.remove(index)
    if (free === 0) return
    this.#partials.delete(index)
    this.#idle.add(index)
  }

  /** The owner of an exclusive piece will not deliver all of it: what it has is kept, the rest is anybody's. */
  #giveUp(partial: PartialPiece): void {
    if (partial.owner !== undefined) this.#strike(partial.index, partial.owner)
    this.#share(partial)
  }

  #share(partial: PartialPiece): void {
    partial.share()
    this.#file(partial)
  }

  #strike(index: number, peer: number): void {
    if (this.#peers.has(peer)) this.#exclusive.strike(index, peer)
  }

  /** Asks for blocks nobody was asked for, until `picked` holds `count`. */
  #takeFree(asked: Peer, count: number, filter: PickFilter, picked: BlockRequest[]): void {
    while (picked.length < count) {
      const partial = this.#next(asked, filter)
      if (partial === undefined) return
      this.#take(asked, partial, count, filter, picked)
    }
  }

  /** The piece to take blocks from next. */
  #next(asked: Peer, filter: PickFilter): PartialPiece | undefined {
    const { current } = asked
    if (
      current !== undefined &&
      this.#partials.get(current.index) === current &&
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
  #nextPreferred(asked: Peer, filter: PickFilter): PartialPiece | undefined {
    for (const index of filter.preferred ?? []) {
      const partial = this.#partials.get(index)
      if (partial !== undefined) {
        if (this.#serves(asked, partial, filter)) return partial
      } else if (this.wants(index) && this.#mayStart(asked, index, filter)) {
        return this.#startFor(asked, index)
      }
    }
    return undefined
  }

  #nextOfAll(asked: Peer, filter: PickFilter): PartialPiece | undefined {
    const serves = (index: number) => this.#serves(asked, this.#partials.get(index), filter)
    const near = this.#open.find(1, probesMax, serves)
    if (near !== -1) return this.#partials.get(near)
    const idle = this.#findIdle(asked, filter)
    if (idle !== -1) return this.#startFor(asked, idle)
    const far = this.#open.size > probesMax ? this.#open.find(1, this.#open.size, serves) : -1
    return far === -1 ? this.#ownPiece(asked, filter) : this.#partials.get(far)
  }

  /** As for all pieces, among the few a peer allows. */
  #nextOf(allowed: ReadonlySet<number>, asked: Peer, filter: PickFilter): PartialPiece | undefined {
    let nearest: PartialPiece | undefined
    let rarest = -1
    for (const index of allowed) {
      const partial = this.#partials.get(index)
      if (partial === undefined) {
        if (!this.wants(index) || !this.#mayStart(asked, index, filter)) continue
        if (rarest === -1 || this.#idle.keyOf(index) < this.#idle.keyOf(rarest)) rarest = index
      } else if (this.#serves(asked, partial, filter) && (nearest === undefined || partial.free < nearest.free)) {
        nearest = partial
      }
    }
    if (nearest !== undefined) return nearest
    return rarest === -1 ? undefined : this.#startFor(asked, rarest)
  }

  #startFor(asked: Peer, index: number): PartialPiece {
    return this.#start(index, this.#exclusive.has(index) ? asked.id : undefined)
  }

  /** An exclusive piece of the peer itself with free blocks: it was at another one since. */
  #ownPiece(asked: Peer, filter: PickFilter): PartialPiece | undefined {
    for (const index of this.#exclusive.indexes) {
      const partial = this.#partials.get(index)
      if (partial?.owner === asked.id && this.#serves(asked, partial, filter)) return partial
    }
    return undefined
  }

  /**
   * Makes an exclusive piece anybody's for a peer that finds nothing else to do: one whose owner is asked for none of it, and
   * may never be; or any that is not firm, if the peer owes nothing. False when there is none it could help with.
   */
  #endExclusivity(asked: Peer, filter: PickFilter): boolean {
    for (const index of this.#exclusive.indexes) {
      const partial = this.#partials.get(index)
      if (partial?.owner === undefined || partial.owner === asked.id || !this.#lacks(asked, partial, filter)) continue
      if (partial.requested === 0) {
        this.#giveUp(partial)
        return true
      }
      if (this.#exclusive.isFirm(index) || asked.requests.length > 0) continue
      this.#exclusive.noteEnded(index)
      this.#share(partial)
      return true
    }
    return false
  }

  /** Whether the peer could deliver a block that a piece in progress lacks. */
  #lacks({ pieces }: Peer, partial: PartialPiece, { allowed, refused }: PickFilter): boolean {
    const { index, blocks } = partial
    if (partial.isComplete || !pieces.has(index) || allowed?.has(index) === false) return false
    for (let block = 0; block < blocks; block++) {
      if (!partial.hasReceived(block) && !refused?.(index, block * blockBytes)) return true
    }
    return false
  }

  /** Whether the peer can be asked for a block of a piece in progress that nobody was asked for. */
  #serves(asked: Peer, partial: PartialPiece | undefined, { allowed, refused }: PickFilter): boolean {
    if (partial === undefined || partial.free === 0 || !asked.pieces.has(partial.index)) return false
    if (partial.owner !== undefined && partial.owner !== asked.id) return false
    if (allowed !== undefined && !allowed.has(partial.index)) return false
    if (refused === undefined) return true
    for (let block = partial.nextFree(0); block !== -1; block = partial.nextFree(block + 1)) {
      if (!refused(partial.index, block * blockBytes)) return true
    }
    return false
  }

  /** Whether the peer can be asked for a wanted piece that is not in progress. */
  #mayStart(asked: Peer, index: number, { allowed, refused }: PickFilter): boolean {
    if (!asked.pieces.has(index) || allowed?.has(index) === false) return false
    if (this.#yields(asked, index)) return false
    if (refused === undefined) return true
    const blocks = this.#layout.blocksIn(index)
    let refusals = 0
    for (let block = 0; block < blocks; block++) {
      if (refused(index, block * blockBytes)) refusals++
    }
    // The owner of an exclusive piece is to deliver every block.
    return this.#exclusive.has(index) ? refusals === 0 : refusals < blocks
  }

  /** Whether a piece to be exclusive waits for a peer with fewer strikes; not for a busy one when this one is idle. */
  #yields(asked: Peer, index: number): boolean {
    const own = this.#exclusive.strikes(index, asked.id)
    if (own === 0) return false
    const isIdle = asked.requests.length === 0
    for (const { id, pieces, isOpen, requests } of this.#peers.values()) {
      if (isOpen && this.#exclusive.strikes(index, id) < own && (!isIdle || requests.length === 0) && pieces.has(index))
        return true
    }
    return false
  }

  /** A wanted piece not in progress that the peer can be asked for, or -1. */
  #findIdle(asked: Peer, filter: PickFilter): number {
    if (this.#idle.size === 0) return -1
    const accepts = (index: number) => this.#mayStart(asked, index, filter)
    if (this.#have.count < randomFirstPieces) return this.#sampleIdle(asked, 1, accepts)
    // What no partial peer has stands under 0: nothing a partial peer could be asked for.
    const found = this.#idle.find(asked.countsAsSeed ? 0 : 1, probesMax, accepts)
    if (found !== -1 || this.#idle.size <= probesMax) return found
    return this.#sampleIdle(asked, samplesMax, accepts)
  }

  /** The rarest of the first `samples` accepted, from a random place on through what the peer has and we lack, or -1. */
  #sampleIdle({ pieces }: Peer, samples: number, accepts: (index: number) => boolean): number {
    const start = Math.floor(this.#random() * this.#have.size)
    let rarest = -1
    let left = samples
    for (const [from, to] of [[start, this.#have.size] as const, [0, start] as const]) {
      let index = pieces.nextMissingFrom(this.#have, from)
      for (; index !== -1 && index < to && left > 0; index = pieces.nextMissingFrom(this.#have, index + 1)) {
        if (!this.#idle.has(index) || !accepts(index)) continue
        if (rarest === -1 || this.#idle.keyOf(index) < this.#idle.keyOf(rarest)) rarest = index
        left--
      }
    }
    return rarest
  }

  /** Asks for the free blocks of a piece, in order, until `picked` holds `count`. */
  #take(asked: Peer, partial: PartialPiece, count: number, { refused }: PickFilter, picked: BlockRequest[]): void {
    const { index } = partial
    for (let block = partial.nextFree(0); block !== -1 && picked.length < count; block = partial.nextFree(block + 1)) {
      const request = this.#layout.blockAt(index, block)
      if (refused?.(index, request.begin)) continue
      partial.request(block, asked.id)
      asked.requests.push(this.#number(index, block))
      picked.push(request)
    }
    this.#file(partial)
  }

  /** Asks for blocks others are asked for, those asked of the fewest first, the oldest pieces first, each from its end. */
  #duplicate(asked: Peer, count: number, { allowed, refused }: PickFilter, picked: BlockRequest[]): void {
    for (let requesters = 1; requesters < requestersMax; requesters++) {
      for (const partial of this.#partials.values()) {
        const { index } = partial
        if (partial.requested === 0 || partial.owner !== undefined || !asked.pieces.has(index)) continue
        if (allowed !== undefined && !allowed.has(index)) continue
        for (let block = partial.blocks - 1; block >= 0; block--) {
          if (picked.length === count) return
          if (partial.requesters(block) !== requesters || partial.isRequestedFrom(block, asked.id)) continue
          const request = this.#layout.blockAt(index, block)
          if (refused?.(index, request.begin)) continue
          partial.requestAgain(block, asked.id)
          asked.requests.push(this.#number(index, block))
          picked.push(request)
        }
      }
    }
  }
}
