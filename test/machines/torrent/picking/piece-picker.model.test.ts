import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { type Displaced, outrankingFactor, requestersMax } from '../../../../machines/torrent/picking/asking-again.ts'
import { duplicatesMax } from '../../../../machines/torrent/picking/endgame.ts'
import type { PickFilter } from '../../../../machines/torrent/picking/picker-peer.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { runs } from '../../../in-full.ts'
import { seededRandom } from '../random.ts'

const pieces = 12
const layout = new Layout({ pieceLength: 3 * blockBytes, length: (pieces - 1) * 3 * blockBytes + blockBytes + 7 })

/** One block, as slow and plain as can be. */
interface ModelBlock extends BlockRequest {
  readonly asked: Set<number>
  from: number | undefined
}

/** What the picker is supposed to know, written without any structure that makes it fast; each step compares the two. */
class Model {
  readonly random: () => number
  readonly picker: PiecePicker
  readonly peers = new Map<number, Set<number>>()
  readonly verified = new Set<number>()
  /** Pieces to be exclusive, those of them that idle peers must leave alone, and those they did not in this attempt. */
  readonly exclusive = new Set<number>()
  readonly firm = new Set<number>()
  readonly ended = new Set<number>()
  /** Owners of exclusive pieces in progress. */
  readonly owners = new Map<number, number>()
  readonly blocks: ModelBlock[] = []
  /** Peers that owed a block for too long, and have delivered none since; and what each gives, in bytes a second. */
  readonly tardy = new Set<number>()
  readonly rates = new Map<number, number>()
  readonly rateOf = (peer: number): number => this.rates.get(peer) ?? 0
  /** Blocks peers were released from, which may come all the same. */
  readonly late: { readonly peer: number; readonly block: ModelBlock }[] = []
  nextPeer = 0

  constructor(seed: number) {
    this.random = seededRandom(seed)
    this.picker = new PiecePicker({ layout, have: PieceSet.none(pieces), random: seededRandom(seed + 1) })
    for (let index = 0; index < pieces; index++) {
      for (let at = 0; at < layout.blocksIn(index); at++) {
        this.blocks.push({ ...layout.blockAt(index, at), asked: new Set(), from: undefined })
      }
    }
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  anyPeer(): number | undefined {
    return [...this.peers.keys()][this.below(this.peers.size)]
  }

  blocksOf(index: number): ModelBlock[] {
    return this.blocks.filter((block) => block.index === index)
  }

  find({ index, begin }: BlockRequest): ModelBlock {
    const block = this.blocks.find((one) => one.index === index && one.begin === begin)
    if (block === undefined) throw new Error(`no block ${begin} in piece ${index}`)
    return block
  }

  askedOf(peer: number): ModelBlock[] {
    return this.blocks.filter(({ asked }) => asked.has(peer))
  }

  isFree({ index, asked, from }: ModelBlock): boolean {
    return !this.verified.has(index) && from === undefined && asked.size === 0
  }

  drop(index: number): void {
    for (const block of this.blocksOf(index)) {
      block.from = undefined
      block.asked.clear()
    }
  }

  connect(share: number): number {
    const peer = this.nextPeer++
    this.rates.set(peer, this.below(3) * 1_000 * outrankingFactor ** this.below(3))
    this.picker.addPeer(peer, this.has(peer, share))
    return peer
  }

  setPieces(peer: number, share: number): void {
    this.picker.setPieces(peer, this.has(peer, share))
  }

  /** The peer has a share of the pieces from now on. */
  has(peer: number, share: number): PieceSet {
    const has = Array.from({ length: pieces }, (_, index) => index).filter(() => this.random() < share)
    this.peers.set(peer, new Set(has))
    return has.reduce((set, index) => set.with(index), PieceSet.none(pieces))
  }

  disconnect(peer: number): void {
    this.forget(peer)
    this.peers.delete(peer)
    this.picker.removePeer(peer)
  }

  choke(peer: number): void {
    this.forget(peer)
    this.picker.releaseAll(peer)
  }

  forget(peer: number): void {
    for (const block of this.askedOf(peer)) {
      block.asked.delete(peer)
      this.late.push({ peer, block })
    }
    for (const [index, owner] of this.owners) {
      if (owner !== peer) continue
      if (this.blocksOf(index).some(({ from }) => from === undefined)) this.owners.delete(index)
    }
  }

  release(peer: number, timedOut = false): void {
    const released = this.askedOf(peer).filter(() => this.random() < 0.3)
    this.picker.release(peer, released, { timedOut })
    if (timedOut) this.tardy.add(peer)
    for (const block of released) {
      block.asked.delete(peer)
      this.late.push({ peer, block })
      if (this.owners.get(block.index) === peer) this.owners.delete(block.index)
    }
  }

  becomeLate(peer: number): void {
    this.tardy.add(peer)
    this.picker.late(peer)
  }

  outranks(peer: number, other: number): boolean {
    if (this.tardy.has(peer)) return false
    return this.tardy.has(other) || this.rateOf(peer) > outrankingFactor * this.rateOf(other)
  }

  /** How many of those asked for a block a peer heeds when it would be asked too. */
  placesOf({ asked }: ModelBlock, peer: number): number {
    return [...asked].filter((other) => !this.outranks(peer, other)).length
  }

  /** Whether a block holds up its piece: it was asked of late peers alone. */
  isLate({ asked, from, index }: ModelBlock): boolean {
    if (from !== undefined || asked.size === 0 || this.owners.has(index)) return false
    return [...asked].every((other) => this.tardy.has(other))
  }

  pick(peer: number, wanted: number, narrowed: PickFilter = {}): void {
    const filter = { ...narrowed, rateOf: this.rateOf }
    const count = this.tardy.has(peer) ? Math.max(0, Math.min(wanted, 1 - this.askedOf(peer).length)) : wanted
    const delivers = !this.tardy.has(peer) && this.rateOf(peer) > 0
    const idle = this.askedOf(peer).length === 0
    const untouched = new Set(this.exclusive)
    for (const { index, asked, from } of this.blocks) if (asked.size > 0 || from !== undefined) untouched.delete(index)
    const mayAsk = (block: ModelBlock) =>
      !this.verified.has(block.index) &&
      block.from === undefined &&
      this.peers.get(peer)?.has(block.index) === true &&
      filter.allowed?.has(block.index) !== false &&
      !filter.refused?.(block.index, block.begin)
    const left = this.blocks.filter(
      (block) =>
        this.isFree(block) &&
        mayAsk(block) &&
        !untouched.has(block.index) &&
        (this.owners.get(block.index) ?? peer) === peer,
    )
    const late = new Set(this.blocks.filter((block) => this.isLate(block) && delivers && mayAsk(block)))
    const displaced: Displaced[] = []
    const picked = this.picker.pick(peer, wanted, filter, displaced)
    this.noteEnded(peer, idle && left.length === 0 && late.size === 0, left.length === 0)
    expect(picked.length).toBeLessThanOrEqual(count)
    // A peer that delivers is asked for what holds up pieces before anything else.
    const rescued = picked.map((request) => this.find(request)).filter((block) => late.has(block))
    expect(rescued.length).toBe(Math.min(late.size, count))
    for (const other of displaced) this.displace(peer, other)
    let duplicates = 0
    for (const request of picked) {
      const block = this.find(request)
      const { index, begin, length } = block
      expect(request).toEqual({ index, begin, length })
      expect(mayAsk(block)).toBe(true)
      expect(block.asked.has(peer)).toBe(false)
      if (untouched.has(index)) this.owners.set(index, peer)
      expect(this.owners.get(index) ?? peer).toBe(peer)
      if (block.asked.size > 0 && !late.has(block)) {
        duplicates++
        expect(idle).toBe(true)
        expect(this.owners.has(index)).toBe(false)
        expect(this.blocks.filter((one) => this.isObtainable(one))).toEqual([])
      }
      block.asked.add(peer)
      expect(block.asked.size).toBeLessThanOrEqual(requestersMax)
    }
    if (duplicates > 0) expect([duplicates, duplicates <= duplicatesMax]).toEqual([picked.length, true])
    else if (picked.length < count) expect(left.filter(({ asked }) => !asked.has(peer))).toEqual([])
    if (picked.length > 0 || count === 0) return
    for (const [index, owner] of this.owners) {
      const blocks = this.blocksOf(index)
      const isStalled = blocks.every(({ asked }) => asked.size === 0)
      const isOpen = isStalled || (idle && !this.firm.has(index))
      if (isOpen && owner !== peer) expect(blocks.filter(mayAsk)).toEqual([])
    }
  }

  /** A better peer took the place of another, as the block had no other. */
  displace(peer: number, { peer: other, request }: Displaced): void {
    const block = this.find(request)
    expect([block.asked.size, this.outranks(peer, other)]).toEqual([requestersMax, true])
    expect([...block.asked].filter((one) => this.outranks(other, one))).toEqual([])
    block.asked.delete(other)
    this.late.push({ peer: other, block })
  }

  /** Exclusivity that a pick ended: of pieces that no peer is asked for, or by an idle peer, and never while there was other work. */
  noteEnded(peer: number, foundNothing: boolean, hadNoOther: boolean): void {
    for (const [index, owner] of [...this.owners]) {
      if (this.picker.partials.find((one) => one.index === index)?.owner === owner) continue
      expect([owner === peer, hadNoOther]).toEqual([false, true])
      if (this.blocksOf(index).some(({ asked }) => asked.size > 0)) {
        expect([foundNothing, this.firm.has(index)]).toEqual([true, false])
        this.ended.add(index)
      }
      this.owners.delete(index)
    }
  }

  /** A free block some peer could be asked for; those of an exclusive piece in progress are for its owner alone. */
  isObtainable(block: ModelBlock): boolean {
    if (!this.isFree(block) || this.owners.has(block.index)) return false
    return [...this.peers.values()].some((has) => has.has(block.index))
  }

  deliver(peer: number, block: ModelBlock): void {
    const { index } = block
    const starts =
      this.exclusive.has(index) && this.blocksOf(index).every((one) => one.asked.size === 0 && one.from === undefined)
    const isWanted = !this.verified.has(index) && block.from === undefined
    const receipt = this.picker.receive(peer, index, block.begin, block.length)
    this.tardy.delete(peer)
    // Which peer may start an exclusive piece depends on which failed before.
    if (!isWanted || !starts) expect(receipt.accepted).toBe(isWanted && (this.owners.get(index) ?? peer) === peer)
    else if (receipt.accepted) this.owners.set(index, peer)
    if (!receipt.accepted) {
      expect(receipt).toEqual({ accepted: false, complete: false, others: [] })
      return
    }
    expect([...receipt.others].sort()).toEqual([...block.asked].filter((other) => other !== peer).sort())
    block.from = peer
    block.asked.clear()
    expect(receipt.complete).toBe(this.blocksOf(block.index).every(({ from }) => from !== undefined))
  }

  /** Hashes all complete pieces. */
  judge(failures: number): void {
    for (let index = 0; index < pieces; index++) {
      const blocks = this.blocksOf(index)
      if (this.verified.has(index) || blocks.some(({ from }) => from === undefined)) continue
      const contributors = blocks.map(({ from }) => from ?? -1)
      expect(this.picker.contributors(index)).toEqual(contributors)
      if (this.owners.delete(index)) expect(new Set(contributors).size).toBe(1)
      if (this.random() < failures) {
        const exclusive = this.random() < 0.6
        this.picker.failed(index, { exclusive, avoid: contributors })
        this.drop(index)
        this.firm.delete(index)
        if (exclusive && this.ended.has(index)) this.firm.add(index)
        this.ended.delete(index)
        this.exclusive.delete(index)
        if (exclusive) this.exclusive.add(index)
      } else {
        this.picker.verified(index)
        this.verified.add(index)
        this.exclusive.delete(index)
        this.ended.delete(index)
      }
    }
  }

  /** Verified pieces are lost, and to be fetched again. */
  lose(share: number): void {
    for (const index of this.verified) {
      if (this.random() >= share) continue
      this.verified.delete(index)
      this.drop(index)
      this.picker.want(index)
    }
  }

  /** All that is missing is here by other ways. */
  settleAll(): void {
    for (let index = 0; index < pieces; index++) {
      if (this.verified.has(index) || this.blocksOf(index).every(({ from }) => from !== undefined)) continue
      const asked = new Set(this.blocksOf(index).flatMap((block) => [...block.asked]))
      expect(new Set(this.picker.settle(index).keys())).toEqual(asked)
      this.drop(index)
      this.verified.add(index)
      for (const set of [this.exclusive, this.firm, this.ended]) set.delete(index)
      this.owners.delete(index)
    }
  }

  compare(): void {
    const { picker } = this
    expect(picker.missing).toBe(pieces - this.verified.size)
    for (const peer of this.peers.keys()) {
      const asked = this.askedOf(peer)
      expect(new Set(picker.requestsOf(peer).map((request) => this.find(request)))).toEqual(new Set(asked))
      expect(picker.requested(peer)).toBe(asked.length)
    }
    for (let index = 0; index < pieces; index++) {
      const holders = [...this.peers.values()].filter((has) => has.has(index)).length
      expect(picker.availability(index)).toBe(picker.isComplete ? 0 : holders)
      const blocks = this.verified.has(index) ? [] : this.blocksOf(index)
      const requested = blocks.filter(({ asked }) => asked.size > 0).length
      const received = blocks.filter(({ from }) => from !== undefined).length
      const partial = picker.partials.find((one) => one.index === index)
      expect([partial?.requested ?? 0, partial?.received ?? 0]).toEqual([requested, received])
      expect(partial?.owner).toBe(this.owners.get(index))
    }
    const onTheirWay = this.blocks.some(({ asked }) => asked.size > 0)
    expect(picker.inEndgame).toBe(onTheirWay && !this.blocks.some((block) => this.isObtainable(block)))
  }
}

/** One thing that happens, with a peer it happens to where it needs one. */
const steps: Record<string, (model: Model, peer: number) => void> = {
  connectSeed: (model) => model.peers.size < 5 && model.connect(1),
  connectPartial: (model) => model.peers.size < 5 && model.connect(model.random()),
  disconnect: (model, peer) => model.disconnect(peer),
  choke: (model, peer) => model.choke(peer),
  close: (model, peer) => model.picker.close(peer),
  release: (model, peer) => model.release(peer),
  timeOut: (model, peer) => model.release(peer, true),
  late: (model, peer) => model.becomeLate(peer),
  changeRate: (model, peer) => model.rates.set(peer, model.below(50_000)),
  have: (model, peer) => {
    const index = model.below(pieces)
    model.peers.get(peer)?.add(index)
    model.picker.addPiece(peer, index, model.picker.pieces(peer).with(index))
  },
  loses: (model, peer) => {
    const index = model.below(pieces)
    model.peers.get(peer)?.delete(index)
    model.picker.removePiece(peer, index, model.picker.pieces(peer).without(index))
  },
  setPieces: (model, peer) => model.setPieces(peer, model.random()),
  becomesSeed: (model, peer) => model.setPieces(peer, 1),
  pickSome: (model, peer) => model.pick(peer, 1 + model.below(5)),
  pickMany: (model, peer) => model.pick(peer, 50),
  pickInRuns: (model, peer) => model.pick(peer, 1 + model.below(8), { inRuns: true }),
  pickAllowed: (model, peer) => model.pick(peer, 5, { allowed: new Set([model.below(pieces), model.below(pieces)]) }),
  pickPreferred: (model, peer) => model.pick(peer, 5, { preferred: [model.below(pieces), model.below(pieces + 5)] }),
  pickPreferredOfAllowed: (model, peer) =>
    model.pick(peer, 5, { allowed: new Set([0, model.below(pieces)]), preferred: [model.below(pieces), 0] }),
  pickRefused: (model, peer) => {
    const refusing = model.below(2) * blockBytes
    const sparing = model.below(pieces)
    model.pick(peer, 5, { refused: (index, begin) => begin === refusing && index !== sparing })
  },
  deliver: (model, peer) => {
    for (const block of model.askedOf(peer)) if (model.random() < 0.7) model.deliver(peer, block)
  },
  deliverLate: (model) => {
    const late = model.late.splice(model.below(model.late.length), 1)[0]
    if (late !== undefined && model.peers.has(late.peer)) model.deliver(late.peer, late.block)
  },
  judge: (model) => model.judge(0.3),
  settleAll: (model) => model.random() < 0.3 && model.settleAll(),
  lose: (model) => model.lose(0.2),
}

it('never loses a block, never asks for one needlessly, and always completes', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 120 }),
      (seed, names) => {
        const model = new Model(seed)
        model.connect(1)
        for (const name of names) {
          const peer = model.anyPeer()
          if (peer === undefined) model.connect(1)
          else steps[name]?.(model, peer)
          model.compare()
        }
        // One peer that stalls for ever with all it was asked for, and one that delivers.
        const honest = model.connect(1)
        for (let round = 0; round < 100 && !model.picker.isComplete; round++) {
          for (const peer of model.peers.keys()) if (peer !== honest && round % 10 === 9) model.choke(peer)
          model.pick(honest, 4)
          for (const block of model.askedOf(honest)) model.deliver(honest, block)
          model.judge(0)
          model.compare()
        }
        expect(model.picker.isComplete).toBe(true)
        expect(model.picker.partials).toEqual([])
        for (const peer of [...model.peers.keys()]) model.disconnect(peer)
        model.compare()
      },
    ),
    { numRuns: runs(20, 75) },
  )
})
