import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PieceSet } from '../../../machines/piece-set.ts'
import { blockBytes, Layout } from '../../../machines/torrent/layout.ts'
import { duplicatesMax, type PickFilter, PiecePicker, requestersMax } from '../../../machines/torrent/piece-picker.ts'
import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { seededRandom } from './random.ts'

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
  /** Exclusive pieces and their owners. */
  readonly exclusive = new Map<number, number | undefined>()
  readonly blocks: ModelBlock[] = []
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
    const has = Array.from({ length: pieces }, (_, index) => index).filter(() => this.random() < share)
    this.peers.set(peer, new Set(has))
    this.picker.addPeer(
      peer,
      has.reduce((set, index) => set.with(index), PieceSet.none(pieces)),
    )
    return peer
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
    for (const [index, owner] of this.exclusive) {
      if (owner !== peer || this.blocksOf(index).every(({ from }) => from !== undefined)) continue
      this.drop(index)
      this.exclusive.set(index, undefined)
    }
  }

  release(peer: number): void {
    const released = this.askedOf(peer).filter(() => this.random() < 0.3)
    const also = this.picker.release(peer, released)
    const broken = new Set(released.map(({ index }) => index).filter((index) => this.exclusive.has(index)))
    const rest = this.askedOf(peer).filter((block) => broken.has(block.index) && !released.includes(block))
    expect(also.map((request) => this.find(request))).toEqual(rest)
    for (const block of released) {
      block.asked.delete(peer)
      this.late.push({ peer, block })
    }
    for (const index of broken) {
      this.drop(index)
      this.exclusive.set(index, undefined)
    }
  }

  pick(peer: number, count: number, filter: PickFilter = {}): void {
    const idle = this.askedOf(peer).length === 0
    const picked = this.picker.pick(peer, count, filter)
    expect(picked.length).toBeLessThanOrEqual(count)
    let duplicates = 0
    for (const request of picked) {
      const block = this.find(request)
      const { index, begin, length } = block
      expect(request).toEqual({ index, begin, length })
      expect(this.peers.get(peer)?.has(index)).toBe(true)
      expect(filter.allowed?.has(index) ?? true).toBe(true)
      expect(filter.refused?.(index, begin) ?? false).toBe(false)
      expect(block.asked.has(peer)).toBe(false)
      if (this.exclusive.has(index)) this.own(index, peer)
      expect(this.verified.has(index)).toBe(false)
      expect(block.from).toBeUndefined()
      if (block.asked.size > 0) {
        duplicates++
        expect(idle).toBe(true)
        expect(block.asked.size).toBeLessThan(requestersMax)
        expect(this.exclusive.has(index)).toBe(false)
        expect(this.blocks.filter((one) => this.isObtainable(one))).toEqual([])
      }
      block.asked.add(peer)
    }
    if (duplicates > 0) expect([duplicates, duplicates <= duplicatesMax]).toEqual([picked.length, true])
    else if (picked.length < count) {
      const left = this.blocks.filter(
        (block) =>
          this.isFree(block) &&
          !this.exclusive.has(block.index) &&
          this.peers.get(peer)?.has(block.index) &&
          filter.allowed?.has(block.index) !== false &&
          !filter.refused?.(block.index, block.begin),
      )
      expect(left).toEqual([])
    }
  }

  /** A free block some peer could be asked for; those of an exclusive piece in progress are for its owner alone. */
  isObtainable(block: ModelBlock): boolean {
    if (!this.isFree(block) || this.exclusive.get(block.index) !== undefined) return false
    return [...this.peers.values()].some((has) => has.has(block.index))
  }

  own(index: number, peer: number): void {
    const owner = this.exclusive.get(index)
    if (owner === peer) return
    expect(this.blocksOf(index).filter(({ asked }) => asked.size > 0)).toEqual([])
    this.drop(index)
    this.exclusive.set(index, peer)
  }

  deliver(peer: number, block: ModelBlock): void {
    const owner = this.exclusive.get(block.index)
    const accepted =
      !this.verified.has(block.index) &&
      block.from === undefined &&
      (!this.exclusive.has(block.index) || owner === peer)
    const receipt = this.picker.receive(peer, block.index, block.begin, block.length)
    expect(receipt.accepted).toBe(accepted)
    if (!accepted) {
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
      if (this.exclusive.has(index)) expect(new Set(contributors).size).toBe(1)
      if (this.random() < failures) {
        const exclusive = this.random() < 0.6
        this.picker.failed(index, { exclusive, avoid: contributors })
        this.drop(index)
        if (exclusive) this.exclusive.set(index, undefined)
        else this.exclusive.delete(index)
      } else {
        this.picker.verified(index)
        this.verified.add(index)
        this.exclusive.delete(index)
      }
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
      expect(picker.availability(index)).toBe([...this.peers.values()].filter((has) => has.has(index)).length)
      const blocks = this.verified.has(index) ? [] : this.blocksOf(index)
      const requested = blocks.filter(({ asked }) => asked.size > 0).length
      const received = blocks.filter(({ from }) => from !== undefined).length
      const partial = picker.partials.find((one) => one.index === index)
      expect([partial?.requested ?? 0, partial?.received ?? 0]).toEqual([requested, received])
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
  release: (model, peer) => model.release(peer),
  have: (model, peer) => {
    const index = model.below(pieces)
    model.peers.get(peer)?.add(index)
    model.picker.addPiece(peer, index)
  },
  loses: (model, peer) => {
    const index = model.below(pieces)
    model.peers.get(peer)?.delete(index)
    model.picker.removePiece(peer, index)
  },
  pickSome: (model, peer) => model.pick(peer, 1 + model.below(5)),
  pickMany: (model, peer) => model.pick(peer, 50),
  pickAllowed: (model, peer) => model.pick(peer, 5, { allowed: new Set([model.below(pieces), model.below(pieces)]) }),
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
    { numRuns: 150 },
  )
})
