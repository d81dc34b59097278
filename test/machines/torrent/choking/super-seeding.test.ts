import { describe, expect, it, vi } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import {
  offersMax,
  type Reveal,
  revealedPerStep,
  SuperSeeding,
  stuckMs,
  underWayMs,
  unwantedMs,
} from '../../../../machines/torrent/choking/super-seeding.ts'
import { seededRandom } from '../../../../transport/random.ts'

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

  it('rather offers what no connected peer has', () => {
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

  it('believes a peer that is alone: there is none to which it could pass the piece on', () => {
    const mode = seeding()
    const index = firstOf(mode.join(1, none, 0))
    expect(mode.show(1, index, 1)).toHaveLength(1)
    mode.join(2, none, 2)
    const [next] = mode.show(1, index, 3)
    expect(next).toBeUndefined()
  })

  it("offers no more on a peer's own word, said by a whole bitfield in mid-connection (aria2)", () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.join(2, none, 0)
    expect(mode.join(1, some(...offered), 10)).toEqual([])
    const more = mode.join(2, some(...offered), 20)
    expect(more.filter(({ peer }) => peer === 1)).toHaveLength(offersMax)
    expect(mode.uselessAs(20 + stuckMs - 1)).toBeUndefined()
  })

  it('takes the first word of a peer for what it came with, though it was offered pieces before', () => {
    const mode = seeding()
    const offered = indexes(mode.greet(1, 0))
    mode.join(2, none, 0)
    expect(offered).toHaveLength(offersMax)
    expect(mode.join(1, some(...offered), 10)).toHaveLength(offersMax)
  })

  it('is of use as long as no peer has everything, whatever was said before', () => {
    const mode = seeding()
    mode.join(1, all, 0)
    mode.join(1, some(1), 1)
    expect(mode.uselessAs(2)).toBeUndefined()
    mode.join(1, all, 3)
    expect(mode.uselessAs(4)).toBe('seeder')
    mode.lose(1, 5)
    expect(mode.uselessAs(5)).toBeUndefined()
  })

  it('offers a piece again that its peer has lost (BEP 54)', () => {
    const mode = seeding()
    mode.join(1, all.without(3).without(4), 0)
    mode.lose(1, 7)
    expect(mode.join(2, all.without(7), 1)).toEqual([
      { peer: 1, index: 7 },
      { peer: 2, index: 7 },
    ])
  })

  it('goes on with a peer that was left alone', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.join(2, none, 0)
    for (const index of offered) mode.show(1, index, 1)
    expect(mode.step({ isThere: (peer) => peer !== 2, isInterested: () => true, at: 2 })).toHaveLength(offersMax)
  })

  it('takes time in proportion to the guests when many leave at once', () => {
    const guests = 200
    const mode = seeding()
    for (let peer = 0; peer < guests; peer++) mode.join(peer, none, 0)
    const looks = vi.spyOn(PieceSet.prototype, 'isAll', 'get')
    try {
      mode.step({ isThere: (peer) => peer >= guests / 2, isInterested: () => true, at: 1 })
      expect(looks.mock.calls.length).toBeGreaterThan(0)
      expect(looks.mock.calls.length).toBeLessThanOrEqual(2 * guests)
    } finally {
      looks.mockRestore()
    }
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

  it('offers nothing else to a peer that has what it was offered, and passes it on to none', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.join(2, none, 0)
    for (const index of offered) mode.show(1, index, 1)
    expect(mode.step({ isThere, isInterested: (peer) => peer === 2, at: 10 * unwantedMs })).toEqual([])
  })

  it('helps no longer when another has everything', () => {
    const mode = seeding()
    mode.join(1, none, 0)
    expect(mode.uselessAs(0)).toBeUndefined()
    mode.join(2, all, 0)
    expect(mode.uselessAs(0)).toBe('seeder')
  })

  it('helps no longer when no peer passes anything on, and waits for ever when none is there', () => {
    const mode = seeding()
    expect(mode.uselessAs(10 * stuckMs)).toBeUndefined()
    mode.join(1, none, 10 * stuckMs)
    mode.join(2, none, 10 * stuckMs)
    expect(mode.uselessAs(11 * stuckMs - 1)).toBeUndefined()
    expect(mode.uselessAs(11 * stuckMs)).toBe('stuck')
  })

  it('helps no longer once a seeder was there, though it has left', () => {
    const mode = seeding()
    mode.join(1, none, 0)
    mode.join(2, all, 0)
    mode.step({ isThere: (peer) => peer === 1, isInterested: () => true, at: 1 })
    expect(mode.uselessAs(1)).toBe('seeder')
    const other = seeding()
    other.join(1, all.without(3), 0)
    other.show(1, 3, 1)
    expect(other.uselessAs(1)).toBe('seeder')
  })

  it('helps while a peer is slow to get what it was offered, but not for the sake of one that asks without end', () => {
    const mode = seeding()
    const index = firstOf(mode.join(1, none, 0))
    mode.join(2, none, 0)
    const served = (at: number, piece = index) => {
      mode.serve(1, piece, at)
      return mode.uselessAs(at)
    }
    for (let at = 0; at < underWayMs; at += stuckMs / 2) expect(served(at)).toBeUndefined()
    expect(served(underWayMs + stuckMs)).toBe('stuck')
  })

  it('does not take what was not offered for a sign of life', () => {
    const mode = seeding()
    const offered = indexes(mode.join(1, none, 0))
    mode.serve(1, [0, 1, 2].find((index) => !offered.includes(index)) ?? 0, stuckMs - 1)
    mode.serve(9, firstOf(mode.join(2, none, 0)), stuckMs - 1)
    expect(mode.uselessAs(stuckMs)).toBe('stuck')
  })

  it('offers to others what a peer did not want, or did not fetch before it left, as if it had never been offered', () => {
    const mode = seeding()
    const has = some(...Array.from({ length: pieceCount - 2 }, (_, index) => index))
    const offered = indexes(mode.join(1, has, 0)).sort()
    expect(offered).toEqual([18, 19])
    mode.step({ isThere, isInterested: () => false, at: unwantedMs })
    expect(indexes(mode.join(2, none, unwantedMs)).sort()).toEqual(offered)
    mode.step({ isThere: (peer) => peer === 1, isInterested: () => true, at: unwantedMs })
    expect(indexes(mode.join(3, none, unwantedMs)).sort()).toEqual(offered)
  })

  it('rather offers what no peer has any more, when those that had it are gone', () => {
    const mode = seeding()
    const first = indexes(mode.join(1, none, 0))
    mode.join(2, some(...first), 1)
    for (const index of first) mode.show(1, index, 2)
    mode.step({ isThere: () => false, isInterested: () => true, at: 3 })
    const [another = 0, last = 0] = [0, 1, 2, 3].filter((index) => !first.includes(index))
    const lacking = [...first, another, last].sort()
    const has = lacking.reduce((set, index) => set.without(index), all)
    const offered = [...indexes(mode.join(3, has, 4)), ...indexes(mode.join(4, none, 4))]
    expect(offered.sort()).toEqual(lacking)
  })

  it('that two peers deceive by vouching for each other tells them of everything, once, and ends the mode: as a seeder does', () => {
    const mode = seeding()
    const told = [...mode.join(1, none, 0), ...mode.join(2, none, 0)]
    for (let i = 0; i < told.length; i++) {
      const { peer, index } = told[i] ?? { peer: 0, index: 0 }
      for (const one of [peer, 3 - peer]) told.push(...mode.show(one, index, i))
    }
    const keys = told.map(({ peer, index }) => `${peer} ${index}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.length).toBeLessThanOrEqual(2 * pieceCount)
    expect(mode.uselessAs(100)).toBe('seeder')
  })

  it('tells a peer that has not said yet what it has of everything when it is over, unless it has left', () => {
    const mode = seeding()
    mode.admit(1)
    mode.admit(2)
    expect(mode.step({ isThere, isInterested: () => true, at: 1 })).toEqual([])
    expect(mode.mayAsk(1, 0)).toBe(false)
    const revealed = mode.reveal((peer) => peer === 1)
    expect(revealed).toHaveLength(pieceCount)
    expect(new Set(revealed.map(({ peer }) => peer))).toEqual(new Set([1]))
  })

  it('does not wait for one that says nothing: one that is alone beside it goes on', () => {
    const mode = seeding()
    mode.admit(2)
    expect(mode.show(1, firstOf(mode.join(1, none, 0)), 1)).toHaveLength(1)
  })

  it('reveals to all at the same time, as much to one as to another', () => {
    const pieces = 3 * revealedPerStep
    const mode = new SuperSeeding({ pieceCount: pieces, random: seededRandom(1), at: 0 })
    for (const peer of [1, 2, 3, 4]) mode.join(peer, PieceSet.none(pieces), 0)
    const step = mode.reveal(isThere)
    for (const one of [1, 2, 3, 4]) expect(step.filter(({ peer }) => peer === one)).toHaveLength(revealedPerStep / 4)
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
  it('waits until another shows it', () => {
    const mode = seeding()
    const offered = mode.join(1, none, 0)
    mode.join(2, none, 0)
    expect(mode.isWaiting(1)).toBe(false)
    for (const { index } of offered) mode.show(1, index, 10)
    expect(mode.isWaiting(1)).toBe(true)
    mode.show(2, firstOf(offered), 20)
    expect(mode.isWaiting(1)).toBe(false)
  })

  it('is none that the super-seeder does not know', () => {
    expect(seeding().isWaiting(7)).toBe(false)
  })
})
