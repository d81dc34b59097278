import { describe, expect, it } from 'vitest'
import { PieceSet } from '../../../machines/piece-set.ts'
import {
  offersMax,
  type Reveal,
  revealedPerStep,
  SuperSeeding,
  stuckMs,
  unwantedMs,
} from '../../../machines/torrent/super-seeding.ts'
import { seededRandom } from '../../../transport/random.ts'

const pieceCount = 20
const none = PieceSet.none(pieceCount)
const all = PieceSet.all(pieceCount)
const some = (...indexes: number[]): PieceSet => indexes.reduce((set, index) => set.with(index), none)
const seeding = (seed = 1): SuperSeeding => new SuperSeeding({ pieceCount, random: seededRandom(seed), at: 0 })
const indexes = (reveals: readonly Reveal[]): number[] => reveals.map(({ index }) => index)
const isThere = (): boolean => true
const firstOf = (reveals: readonly Reveal[]): number => {
  const [first] = reveals
  if (!first) throw new Error('nothing was revealed')
  return first.index
}

describe('a super-seeder (BEP 16)', () => {
  it('offers a newcomer two pieces, and no more until another peer shows one of them', () => {
    const mode = seeding()
    const offered = mode.join(1, none, 0)
    expect(offered).toHaveLength(offersMax)
    mode.join(2, none, 0)
    expect(mode.show(1, firstOf(offered), 10)).toEqual([])
    const more = mode.show(2, firstOf(offered), 20)
    expect(more.map(({ peer }) => peer)).toEqual([1])
    expect(indexes(offered)).not.toContain(firstOf(more))
  })

  it('offers different pieces to different peers as long as there are some', () => {
    const mode = seeding()
    const offered = Array.from({ length: pieceCount / offersMax }, (_, peer) =>
      indexes(mode.join(peer, none, 0)),
    ).flat()
    expect(new Set(offered).size).toBe(pieceCount)
    expect(mode.join(99, none, 0)).toHaveLength(offersMax)
  })

  it('never offers what a peer has, or was told of', () => {
    const mode = seeding()
    const has = some(...Array.from({ length: pieceCount - 1 }, (_, index) => index))
    expect(indexes(mode.join(1, has, 0))).toEqual([pieceCount - 1])
    expect(mode.join(1, has, 1)).toEqual([])
  })

  it('rather offers what nobody connected has', () => {
    const mode = seeding()
    const shown = some(...Array.from({ length: pieceCount - 2 * offersMax }, (_, index) => index))
    const offered = [...indexes(mode.join(1, shown, 0)), ...indexes(mode.join(2, none, 0))]
    expect(offered.sort()).toEqual([16, 17, 18, 19])
  })

  it('lets a peer ask for nothing but what it was told of', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    for (let index = 0; index < pieceCount; index++) expect(mode.mayAsk(1, index)).toBe(offered.includes(index))
    expect(mode.mayAsk(2, firstOf(mode.join(3, none, 0)))).toBe(false)
  })

  it('takes the word of a peer that is alone: there is nobody it could pass the piece on to', () => {
    const mode = seeding()
    const index = firstOf(mode.join(1, none, 0))
    expect(mode.show(1, index, 1)).toHaveLength(1)
    mode.join(2, none, 2)
    const [next] = mode.show(1, index, 3)
    expect(next).toBeUndefined()
  })

  it('goes on with a peer whose last companion left', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.join(2, none, 0)
    for (const index of offered) mode.show(1, index, 1)
    expect(mode.step({ isThere: (peer) => peer !== 2, isInterested: () => true, at: 2 })).toHaveLength(offersMax)
  })

  it('offers something else to a peer that wants nothing of what it was offered for ten seconds', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    expect(mode.step({ isThere, isInterested: () => false, at: unwantedMs - 1 })).toEqual([])
    expect(mode.step({ isThere, isInterested: () => true, at: unwantedMs })).toEqual([])
    const instead = indexes(mode.step({ isThere, isInterested: () => false, at: unwantedMs }))
    expect(instead).toHaveLength(offersMax)
    for (const index of instead) expect(offered).not.toContain(index)
  })

  it('offers nothing else to a peer that has what it was offered, and passes it on to nobody', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.join(2, none, 0)
    for (const index of offered) mode.show(1, index, 1)
    expect(mode.step({ isThere, isInterested: (peer) => peer === 2, at: 10 * unwantedMs })).toEqual([])
  })

  it('helps no longer when somebody else has everything', () => {
    const mode = seeding()
    mode.join(1, none, 0)
    expect(mode.uselessAs(0)).toBeUndefined()
    mode.join(2, all, 0)
    expect(mode.uselessAs(0)).toBe('seeder')
  })

  it('helps no longer when nobody passes anything on, and waits for ever when nobody is there', () => {
    const mode = seeding()
    expect(mode.uselessAs(10 * stuckMs)).toBeUndefined()
    mode.join(1, none, 10 * stuckMs)
    mode.join(2, none, 10 * stuckMs)
    expect(mode.uselessAs(11 * stuckMs - 1)).toBeUndefined()
    expect(mode.uselessAs(11 * stuckMs)).toBe('stuck')
  })

  it('reveals all the rest when it is over, in steps, each piece once', () => {
    const pieces = revealedPerStep + 500
    const mode = new SuperSeeding({ pieceCount: pieces, random: seededRandom(1), at: 0 })
    const offered = [...mode.join(1, PieceSet.none(pieces), 0), ...mode.join(2, PieceSet.all(pieces), 0)]
    const first = mode.reveal(isThere)
    const second = mode.reveal(isThere)
    expect(first).toHaveLength(revealedPerStep)
    expect(mode.reveal(isThere)).toEqual([])
    const told = indexes([...offered, ...first, ...second])
    expect(told).toHaveLength(pieces)
    expect(new Set(told).size).toBe(pieces)
  })

  it.each([1, 2, 3, 4, 5])('sends each piece out about once to peers that pass on what they get (seed %i)', (seed) => {
    const random = seededRandom(seed)
    const mode = new SuperSeeding({ pieceCount: 200, random, at: 0 })
    const peers = [1, 2, 3].map((peer) => ({ peer, has: new Set<number>(), told: new Set<number>() }))
    const note = (reveals: readonly Reveal[]) => {
      for (const { peer, index } of reveals) peers.find((one) => one.peer === peer)?.told.add(index)
    }
    for (const { peer } of peers) note(mode.join(peer, PieceSet.none(200), 0))
    let uploaded = 0
    for (let at = 1; at < 5_000 && peers.every(({ has }) => has.size < 200); at++) {
      const taker = peers[Math.floor(random() * 3)] ?? peers[0]
      if (!taker) break
      const others = new Set(peers.flatMap(({ has }) => [...has]))
      const fromOthers = [...others].find((index) => !taker.has.has(index))
      const fromUs = [...taker.told].find((index) => !taker.has.has(index) && !others.has(index))
      const index = random() < 0.5 ? (fromUs ?? fromOthers) : (fromOthers ?? fromUs)
      if (index === undefined) continue
      if (index === fromUs) uploaded++
      taker.has.add(index)
      note(mode.show(taker.peer, index, at))
    }
    expect(Math.max(...peers.map(({ has }) => has.size))).toBe(200)
    expect(uploaded).toBe(200)
  })
})

describe('a peer that has all it was told of', () => {
  it('waits until somebody else shows it', () => {
    const mode = seeding()
    const offered = mode.join(1, none, 0)
    mode.join(2, none, 0)
    expect(mode.isWaiting(1)).toBe(false)
    for (const { index } of offered) mode.show(1, index, 10)
    expect(mode.isWaiting(1)).toBe(true)
    mode.show(2, firstOf(offered), 20)
    expect(mode.isWaiting(1)).toBe(false)
  })

  it('is nobody the super-seeder does not know', () => {
    expect(seeding().isWaiting(7)).toBe(false)
  })
})
