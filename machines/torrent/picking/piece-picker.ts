import type { BlockRequest } from '../../../transport/wire/messages.ts'
import type { PieceSet } from '../../piece-set.ts'
import { Selection } from '../content/selection.ts'
import { AskingAgain, type Displaced } from './asking-again.ts'
import { duplicatesMax, endExclusivity, findTooSlow, isEndgame, takeDuplicates } from './endgame.ts'
import { FreeBlocks } from './free-blocks.ts'
import { LateBlocks } from './late-blocks.ts'
import { type PartialSummary, summaryOf } from './partial-piece.ts'
import { newcomer, nobodyGives, type PickerPeer, type PickFilter } from './picker-peer.ts'
import { PiecePool, type PoolInput } from './piece-pool.ts'
import { dropped, type Receipt, taken, takenLast } from './receipt.ts'
import { Releasing } from './releasing.ts'
import { UrgentPieces } from './urgent-pieces.ts'

/** What a picker is made from. */
type PickerInput = Omit<PoolInput, 'selection'> & Partial<Pick<PoolInput, 'selection'>>

/** A piece that was taken from its owner. */
export interface TakenAway {
  readonly owner: number
  /** What it was asked for of the piece and no longer is: cancel there. */
  readonly requests: readonly BlockRequest[]
}

/**
 * Which blocks to ask which peer for. Mutable; deterministic under its `random`.
 *
 * - A peer that delivers gets first what late peers owe, so that those hold up no piece.
 * - Then pieces that somebody waits to read (`hurry`), in their order (`UrgentPieces`).
 * - Then the piece the peer is at, then those it suggests, then the piece in progress with the fewest free blocks, then a new one: at
 *   random until `randomFirstPieces` are verified, then the rarest among the connected peers, ties at random. A peer that is asked for pieces
 *   `inRuns` has new ones first, one behind the other (`Runs`). Of all these those of high priority come first, and none of them at random.
 * - Endgame: when no peer connected has a wanted block that no peer was asked for, a peer that owes nothing is asked for up to
 *   `duplicatesMax` blocks that others owe, from the end of each piece, as those deliver from its start.
 * - A block is asked of at most `requestersMax` peers. A peer that is late, or much slower, leaves its place to a better one.
 * - A piece that failed its hash with several contributors can be made exclusive: one peer, the owner, is to deliver all of it. That is a
 *   preference, not a guarantee: when the owner gives up, or another peer has nothing else to do, any peer may be asked for the piece, with
 *   the blocks it has. Only when it then fails again does the next owner keep it from idle peers, or a poisoner with nothing to do would
 *   spoil every attempt; `takeAway` bounds how long that is. A peer that is to have its pieces `alone` makes each it starts exclusive in
 *   the same way; when it owes nothing and there is none to start, it helps like any other.
 *
 * A peer is a number, unique per connection, from `addPeer` to `removePeer`; another number throws an Error. No call scans all pieces but
 * the first `pick` behind an `addPeer`, `setPieces` or `removePeer` of a partial peer, which take a word for each 32 pieces, and the first
 * `want` when nothing was missing, which takes that for each peer; and none but endgame scans all pieces in progress in normal use.
 */
export class PiecePicker {
  readonly #peers = new Map<number, PickerPeer>()
  readonly #pool: PiecePool
  readonly #freeBlocks: FreeBlocks
  readonly #again: AskingAgain
  readonly #lateBlocks: LateBlocks
  readonly #urgent: UrgentPieces
  readonly #releasing: Releasing

  /** `selection`: which pieces are not to be fetched, or before others; by default none. Throws a RangeError when the sizes differ. */
  constructor(input: PickerInput) {
    this.#pool = new PiecePool({ ...input, selection: input.selection ?? Selection.all(input.layout) })
    this.#freeBlocks = new FreeBlocks(this.#pool, this.#peers, input.random)
    this.#again = new AskingAgain(this.#pool, this.#peers)
    this.#lateBlocks = new LateBlocks(this.#pool, this.#peers, this.#again)
    this.#urgent = new UrgentPieces(this.#pool, this.#peers, { again: this.#again, freeBlocks: this.#freeBlocks })
    this.#releasing = new Releasing(this.#pool, this.#peers, this.#lateBlocks)
  }

  /** The pieces that are not to be fetched: those that are verified, or that `settle` said so of. */
  get have(): PieceSet {
    return this.#pool.have
  }

  /** Pieces to be fetched. */
  get missing(): number {
    return this.have.size - this.have.count
  }

  /** Of these, pieces that no connected peer has. */
  get unobtainable(): number {
    return this.#pool.unobtainable
  }

  get isComplete(): boolean {
    return this.have.isAll
  }

  /** The pieces in progress, oldest first. */
  get partials(): PartialSummary[] {
    return Array.from(this.#pool.partials.values(), summaryOf)
  }

  /** Whether blocks are on their way and no connected peer has a free one, those of exclusive pieces in progress aside. */
  get inEndgame(): boolean {
    return isEndgame(this.#pool)
  }

  /** Whether the piece exists and is to be fetched. */
  wants(index: number): boolean {
    return this.#pool.wants(index)
  }

  /** How many connected peers have a piece; 0 when nothing is missing, as it is not counted then. */
  availability(index: number): number {
    return this.#pool.availability(index)
  }

  /** What a peer has, as told by `addPeer`, `setPieces`, `addPiece` and `removePiece`. */
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
    return Array.from({ length: requests.length }, (_, nth) => this.#pool.requestOf(requests.at(nth)))
  }

  /** A peer whose pieces are known now. Throws when it is there, and a RangeError for a number that is not a 31-bit integer. */
  addPeer(peer: number, pieces: PieceSet): void {
    if (!Number.isInteger(peer) || peer < 0 || peer >= 2 ** 31) throw new RangeError(`peer ${peer}`)
    if (this.#peers.has(peer)) throw new Error(`peer ${peer} is there already`)
    this.#requireFit(pieces)
    const added = newcomer(peer, this.#pool.none)
    this.#peers.set(peer, added)
    this.#pool.recount(added, pieces)
  }

  /** The peer is gone: its requests are free again, its pieces no longer count. Nothing when it is not there. */
  removePeer(peer: number): void {
    const gone = this.#peers.get(peer)
    if (gone === undefined) return
    this.releaseAll(peer)
    this.#peers.delete(peer)
    this.#pool.exclusive.forget(peer)
    this.#pool.recount(gone, this.#pool.none)
  }

  /** The peer has other pieces than was known. What it was asked for stays so. Throws a RangeError when the sizes differ. */
  setPieces(peer: number, pieces: PieceSet): void {
    const owner = this.#peer(peer)
    this.#requireFit(pieces)
    this.#pool.recount(owner, pieces)
  }

  /** The peer has one more piece (BEP 3, `have`), and so `pieces`. Nothing when that is known. */
  addPiece(peer: number, index: number, pieces: PieceSet): void {
    const owner = this.#peer(peer)
    if (owner.pieces.has(index)) return
    owner.pieces = pieces
    this.#pool.countPiece(index, 1)
  }

  /** The peer has a piece no more (BEP 54, `lt_donthave`), but `pieces`. Nothing when that is known; what it was asked for stays so. */
  removePiece(peer: number, index: number, pieces: PieceSet): void {
    const owner = this.#peer(peer)
    if (!owner.pieces.has(index)) return
    if (owner.countsAsSeed) {
      this.setPieces(peer, pieces)
      return
    }
    owner.pieces = pieces
    this.#pool.countPiece(index, -1)
  }

  /**
   * Up to `count` blocks to ask the peer for now; they count as asked. Never one the peer is asked for already. A late peer is asked
   * for one block at a time. Requests that others are not to answer any more for that are added to `displaced`.
   */
  pick(peer: number, count: number, filter: PickFilter = {}, displaced: Displaced[] = []): BlockRequest[] {
    const asked = this.#peer(peer)
    asked.isOpen = filter.allowed === undefined
    asked.refused = filter.refused
    if (asked.standing === 'in_time') return this.#pick(asked, count, filter, displaced)
    const picked = this.#pick(asked, Math.min(count, 1 - asked.requests.length), filter, displaced)
    this.#lateBlocks.noteRequests(asked)
    return picked
  }

  #pick(asked: PickerPeer, count: number, filter: PickFilter, displaced: Displaced[]): BlockRequest[] {
    const picked: BlockRequest[] = []
    if (count <= 0) return picked
    if (filter.alone) {
      const preferred = [...this.#urgent.order, ...(filter.preferred ?? [])]
      this.#freeBlocks.take(asked, count, preferred.length > 0 ? { ...filter, preferred } : filter, picked)
      return picked.length > 0 || asked.requests.length > 0
        ? picked
        : this.#pick(asked, count, { ...filter, alone: false }, displaced)
    }
    const ways = { rateOf: filter.rateOf ?? nobodyGives, displaced }
    this.#lateBlocks.take(asked, count, filter, picked, ways)
    if (this.hurried.length > 0) this.#urgent.take(asked, count, filter, picked, ways)
    do {
      this.#freeBlocks.take(asked, count, filter, picked)
      if (picked.length === 0 && asked.requests.length === 0 && this.inEndgame) {
        takeDuplicates(this.#pool, this.#again, asked, Math.min(count, duplicatesMax), filter, picked, ways)
        this.#lateBlocks.noteRequests(asked)
      }
    } while (picked.length === 0 && endExclusivity(this.#pool, asked, filter))
    return picked
  }

  /**
   * For a peer that `pick` finds nothing for: takes a piece from its owner that is too slow at it, and no other may help with.
   * The blocks of it that came are dropped, and its next owner is rather another; pick again. Undefined when there is none.
   * `at`: milliseconds, which never go back.
   */
  takeAway(peer: number, at: number, filter: PickFilter = {}): TakenAway | undefined {
    const partial = findTooSlow(this.#pool, this.#peer(peer), filter, at)
    const owner = partial?.owner
    if (partial === undefined || owner === undefined) return undefined
    const requests = this.#releasing.takeBack(partial).get(owner) ?? []
    this.#pool.takeAway(partial)
    return { owner, requests }
  }

  /**
   * A block came from a peer that was asked for it at some time: also one it was released from, while it is still missing.
   * Whether the peer was ever asked is the caller's to know, and what bounds the pieces in progress.
   */
  receive(peer: number, index: number, begin: number, length: number): Receipt {
    const asked = this.#peer(peer)
    const pool = this.#pool
    if (!pool.layout.isBlock(index, begin, length)) return dropped
    if (asked.standing === 'late') {
      asked.standing = 'in_time'
      this.#lateBlocks.noteRequests(asked)
    }
    const block = pool.layout.blockIndex(begin)
    const number = pool.numberOf(index, block)
    let partial = pool.partials.get(index)
    if (partial === undefined) {
      if (pool.have.has(index) || this.#freeBlocks.yields(asked, index)) return dropped
      partial = pool.startFor(peer, index)
    }
    if ((partial.owner !== undefined && partial.owner !== peer) || partial.hasReceived(block)) return dropped
    asked.requests.remove(number)
    this.#lateBlocks.remove(number)
    const others = partial.receive(block, peer)
    for (const other of others) this.#peers.get(other)?.requests.remove(number)
    pool.file(partial)
    if (others.length > 0) return { accepted: true, complete: partial.isComplete, others }
    return partial.isComplete ? takenLast : taken
  }

  /** The peer owes blocks for longer than it should: until its next one others are asked for them too, those that deliver first of all. */
  late(peer: number): void {
    const asked = this.#peer(peer)
    asked.standing = 'late'
    this.#lateBlocks.noteRequests(asked)
  }

  /**
   * A block is here from an earlier run, delivered by no peer of this one. To be called before a peer is asked for anything. False when
   * it is not taken: it is no block of ours, its piece is verified, or all others of its piece are here. The last one is a
   * peer's to deliver, so that the piece is verified as any other.
   */
  restore(index: number, begin: number, length: number): boolean {
    const { layout, partials } = this.#pool
    if (!layout.isBlock(index, begin, length) || this.#pool.have.has(index)) return false
    const block = layout.blockIndex(begin)
    const known = partials.get(index)
    if (known?.hasReceived(block) || (known?.received ?? 0) + 1 >= layout.blocksIn(index)) return false
    // An owner has only a piece that failed before.
    const partial = known ?? this.#pool.startFor(0, index)
    partial.restore(block)
    this.#pool.file(partial)
    return true
  }

  /** The numbers of the blocks of a piece in progress that are here. */
  blocksHere(index: number): number[] {
    return this.#pool.partials.get(index)?.blocksHere ?? []
  }

  /**
   * Blocks the peer will not deliver (rejected, timed out, cancelled) are free for any peer at once, and so are its exclusive
   * pieces they are of; blocks it was not asked for are passed over. `timedOut`: it owed them for too long, and is late until its
   * next block. Default false.
   */
  release(peer: number, requests: readonly BlockRequest[], { timedOut = false } = {}): void {
    const asked = this.#peer(peer)
    if (timedOut) this.late(peer)
    this.#releasing.release(asked, requests)
  }

  /**
   * Everything the peer was asked for is free, and any peer may be asked for its exclusive pieces: it went, or choked us for good (BEP 3).
   */
  releaseAll(peer: number): void {
    const asked = this.#peer(peer)
    this.#releasing.releaseAll(asked)
    asked.isOpen = false
  }

  /** The peer cannot be asked for just anything now, as it chokes us; what it was asked for stays asked for (BEP 6). */
  close(peer: number): void {
    this.#peer(peer).isOpen = false
  }

  /**
   * Per block of a piece in progress the peer that delivered it, undefined where none did yet, or none of this run. Empty for any
   * other piece.
   */
  contributors(index: number): readonly (number | undefined)[] {
    return this.#pool.partials.get(index)?.contributors() ?? []
  }

  /** The piece passed its hash, and is ours. Throws unless all its blocks were received. */
  verified(index: number): void {
    this.#requireComplete(index)
    this.#pool.verified(index)
  }

  /**
   * The piece failed its hash: all its blocks are free again. `exclusive`: the next download is to come from one peer alone,
   * the first that picks it, with no duplicates, for as long as that holds up no other. `avoid`: peers that get it only when no
   * peer that failed less has it, could be asked for anything when it was last picked for, and is as idle as they are. Throws
   * unless all its blocks were received.
   */
  failed(index: number, { exclusive, avoid = [] }: { exclusive: boolean; avoid?: readonly number[] }): void {
    this.#requireComplete(index)
    this.#pool.failed(index)
    const probations = this.#pool.exclusive
    if (!exclusive) {
      probations.end(index)
      return
    }
    probations.begin(index)
    for (const peer of avoid) if (this.#peers.has(peer)) probations.strike(index, peer)
  }

  /**
   * A piece is not to be fetched: it is here by other ways, or there is no place for it. Blocks of it that came are dropped; answers what
   * peers were asked for of it and no longer are, to be cancelled there. Nothing if it is verified. Not for one that has all its blocks.
   */
  settle(index: number): ReadonlyMap<number, readonly BlockRequest[]> {
    if (!this.#pool.wants(index)) return new Map()
    const partial = this.#pool.partials.get(index)
    const taken = partial ? this.#releasing.takeBack(partial) : new Map()
    this.#pool.settle(index)
    return taken
  }

  /** A piece that is not to be fetched, such as a verified one that was lost, is to be fetched after all. Nothing for any other. */
  want(index: number): void {
    if (this.#pool.have.has(index)) this.#pool.want(index, this.#peers.values())
  }

  /** Pieces that come before others as somebody waits to read them, the most urgent first. */
  get hurried(): readonly number[] {
    return this.#urgent.order
  }

  /** From now on these pieces, the most urgent first, come before all others; those that are not to be fetched are passed over. */
  hurry(pieces: readonly number[]): void {
    this.#urgent.order = pieces
  }

  /**
   * Takes back what a peer was asked for of other pieces than those: it can be asked for those instead. Answers what it is no longer
   * asked for, to be cancelled there.
   */
  makeWay(peer: number): BlockRequest[] {
    const asked = this.#peer(peer)
    const others = this.#urgent.othersOf(asked)
    this.#releasing.release(asked, others)
    return others
  }

  /** Whether pieces come in the order of the torrent, not the rarest first. At first they do not. */
  get inOrder(): boolean {
    return this.#freeBlocks.inOrder
  }

  set inOrder(inOrder: boolean) {
    this.#freeBlocks.inOrder = inOrder
  }

  /** Other pieces come before others from now on. What is to be fetched `settle` and `want` say. Throws a RangeError when the sizes differ. */
  rank(selection: Selection): void {
    this.#requireFit(selection.skipped)
    this.#pool.rank(selection)
  }

  #peer(peer: number): PickerPeer {
    const found = this.#peers.get(peer)
    if (found === undefined) throw new Error(`peer ${peer} is not there: addPeer comes first`)
    return found
  }

  #requireFit({ size }: PieceSet): void {
    if (size !== this.have.size) throw new RangeError(`${size} pieces in a torrent of ${this.have.size}`)
  }

  #requireComplete(index: number): void {
    if (!this.#pool.partials.get(index)?.isComplete) throw new Error(`piece ${index} has not all its blocks`)
  }
}
