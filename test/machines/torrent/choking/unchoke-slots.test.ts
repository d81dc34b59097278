import { describe, expect, test } from 'vitest'
import {
  type ChokeAlgorithm,
  type ChokeCandidate,
  holdsSlot,
} from '../../../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { chokeRoundMs, defaultSlots } from '../../../../machines/torrent/choking/algorithm/choke-round.ts'
import type { TorrentInput } from '../../../../machines/torrent/core/input.ts'
import type { TorrentEmitted } from '../../../../machines/torrent/vocabulary/emitted.ts'
import { aTorrent, downloading, meet, piecesOf, sent } from '../a-torrent.ts'

const block = { index: 0, begin: 0, data: new Uint8Array(16_384) }

/** A torrent for which time passes, and what it emits about choking. */
function choking(have: readonly number[] = [1], input: Partial<TorrentInput> = {}) {
  const torrent = downloading(have, input)
  const emitted: TorrentEmitted[] = []
  for (const type of ['choke_round', 'choker_crashed'] as const) torrent.actor.on(type, (one) => emitted.push(one))
  let now = 0
  return {
    ...torrent,
    emitted,
    get record() {
      return torrent.core.chokeRound
    },
    /** By host, why it has the slot it has. */
    get reasons() {
      return torrent.core.chokeRound?.peers.map(({ address, slot, reason }) => [address.host, slot, reason])
    },
    /** Seconds pass, and rounds come when they are due. */
    pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        now += 1_000
        torrent.hear({ type: 'timer.tick', at: now })
        for (const { report } of torrent.sockets) report({ type: 'timer.tick', at: now, silentInMs: 0, silentOutMs: 0 })
        torrent.clock.advance(1_000)
      }
    },
  }
}

type Choking = ReturnType<typeof choking>

const interested = (torrent: ReturnType<typeof aTorrent>, host: string) => {
  const peer = meet(torrent, host, [0])
  peer.report({ type: 'wire.interested' })
  return peer
}

const holders = ({ core }: Pick<Choking, 'core'>) =>
  [...core.swarm.peers.values()]
    .filter(({ uploadSlot }) => holdsSlot({ slot: uploadSlot }))
    .map(({ link }) => link.address.host)

describe('a free slot', () => {
  test('goes at once to a peer that becomes interested', () => {
    const torrent = choking([1], { slots: 1 })
    expect(sent(interested(torrent, 'b').told, 'send.unchoke')).toHaveLength(1)
    expect(sent(interested(torrent, 'c').told, 'send.unchoke')).toEqual([])
  })

  test('that a connection leaves goes at once to the one that has waited longest, while seeding', () => {
    const torrent = choking([0, 1, 2, 3], { slots: 1 })
    const [first] = ['b', 'c', 'd'].map((host) => {
      torrent.pass(1)
      return interested(torrent, host)
    })
    first?.report({ type: 'transport.closed', end: { code: 'reset', detail: '' } })
    expect(holders(torrent)).toEqual(['c'])
    expect(torrent.reasons).toEqual([
      ['c', 'turn', 'free_slot'],
      ['d', 'none', 'waiting'],
    ])
  })

  test('that a peer we end leaves is given before its last words are flushed', () => {
    const torrent = choking([1], { slots: 1 })
    const first = interested(torrent, 'b')
    const second = interested(torrent, 'c')
    first.record.ref?.send({ type: 'torrent.close', code: 'stopped' })
    expect(sent(second.told, 'send.unchoke')).toHaveLength(1)
  })

  test('is not given when the torrent pauses, and every peer with it', () => {
    const torrent = choking([1], { slots: 1 })
    interested(torrent, 'b')
    const second = interested(torrent, 'c')
    const before = torrent.record
    torrent.actor.send({ type: 'torrent.pause' })
    expect(sent(second.told, 'send.unchoke')).toEqual([])
    expect(torrent.record).toBe(before)
  })

  test('leaves a record as soon as it is given, and none when no peer gets one', () => {
    const torrent = choking([1], { slots: 1 })
    torrent.pass(25)
    interested(torrent, 'b')
    expect(torrent.emitted.at(-1)).toEqual({
      type: 'choke_round',
      occasion: 'free_slot',
      round: 1,
      at: 25_000,
      mode: 'leeching',
      slots: 1,
      peers: [{ peer: 0, address: { host: 'b', port: 6881 }, slot: 'optimistic', score: 0, reason: 'free_slot' }],
    })
    const before = torrent.emitted.length
    interested(torrent, 'c')
    expect(torrent.emitted).toHaveLength(before)
  })
})

describe('a round', () => {
  test('chokes a peer that lost interest, and unchokes none that has none', () => {
    const torrent = choking([1], { slots: 1 })
    const idle = meet(torrent, 'idle', [0])
    const first = interested(torrent, 'b')
    const second = interested(torrent, 'c')
    first.report({ type: 'wire.not_interested' })
    torrent.clock.advance(chokeRoundMs)
    expect(sent(idle.told, 'send.unchoke')).toEqual([])
    expect(sent(first.told, 'send.choke')).toHaveLength(1)
    expect(sent(second.told, 'send.unchoke')).toHaveLength(1)
  })

  test('that changes nothing tells peers nothing', () => {
    const torrent = choking()
    const peer = interested(torrent, 'b')
    torrent.pass(100)
    expect(sent(peer.told, 'send.unchoke')).toHaveLength(1)
    expect(sent(peer.told, 'send.choke')).toEqual([])
  })

  test('leaves the one that gives most its slot, which it has earned now', () => {
    const torrent = choking([1], { slots: 2 })
    const giver = interested(torrent, 'giver')
    for (const host of ['c', 'd', 'e']) interested(torrent, host)
    giver.report({ type: 'wire.unchoke' })
    giver.report({ type: 'wire.request', requests: [{ index: 1, begin: 0, length: 16_384 }] })
    torrent.pass(8)
    giver.report({ type: 'wire.piece', blocks: [block], at: 8_000 })
    torrent.pass(2)
    expect(torrent.record).toMatchObject({ occasion: 'round', round: 0, at: 10_000, mode: 'leeching', slots: 2 })
    expect(torrent.record?.peers[0]).toMatchObject({ peer: 0, slot: 'rate', reason: 'rate' })
    expect(torrent.record?.peers[0]?.score).toBeGreaterThan(1_000)
    expect(sent(giver.told, 'send.choke')).toEqual([])
    expect(sent(giver.told, 'send.unchoke')).toHaveLength(1)
    expect(torrent.record?.peers.map(({ slot }) => slot).filter((slot) => slot === 'optimistic')).toHaveLength(1)
  })

  test('is emitted as it is kept', () => {
    const torrent = choking()
    interested(torrent, 'b')
    torrent.pass(10)
    expect(torrent.emitted.at(-1)).toEqual({ type: 'choke_round', ...torrent.record })
  })

  test('knows a seeder by its mode, and gives it turns', () => {
    const torrent = choking([0, 1, 2, 3])
    interested(torrent, 'b')
    torrent.pass(10)
    expect(torrent.record?.mode).toBe('seeding')
    expect(torrent.reasons).toEqual([['b', 'turn', 'turn']])
  })

  test('gives turns too where nothing can be written: no peer earns anything by giving', () => {
    const torrent = choking([0], { readOnly: true })
    interested(torrent, 'b')
    torrent.pass(10)
    expect(torrent.record?.mode).toBe('seeding')
    expect(torrent.reasons).toEqual([['b', 'turn', 'turn']])
  })
})

describe('a peer that lets us ask and owes us blocks', () => {
  /** Which peers the algorithm was told to be snubbed, by round. */
  const watched = () => {
    const rounds: boolean[] = []
    const choker: ChokeAlgorithm = (candidates, { occasion }) => {
      if (occasion === 'round') rounds.push(candidates.some(({ antiSnubbed }) => antiSnubbed))
      return []
    }
    return { torrent: choking([1], { choker }), rounds }
  }

  test('has snubbed us when it has delivered none for a minute (BEP 3)', () => {
    const { torrent, rounds } = watched()
    interested(torrent, 'b').report({ type: 'wire.unchoke' })
    torrent.pass(80)
    expect(rounds).toEqual([false, false, false, false, false, true, true, true])
  })

  test('has time from when it unchoked us, not from when it connected', () => {
    const { torrent, rounds } = watched()
    const peer = interested(torrent, 'b')
    torrent.pass(55)
    peer.report({ type: 'wire.unchoke' })
    torrent.pass(65)
    expect(rounds.indexOf(true)).toBe(11)
  })

  test('has snubbed us no more with the block that comes', () => {
    const { torrent, rounds } = watched()
    const peer = interested(torrent, 'b')
    peer.report({ type: 'wire.unchoke' })
    torrent.pass(75)
    expect(rounds.at(-1)).toBe(true)
    peer.report({ type: 'wire.piece', blocks: [block], at: 75_000 })
    torrent.pass(5)
    expect(rounds.at(-1)).toBe(false)
  })

  test('does not snub us by choking us', () => {
    const { torrent, rounds } = watched()
    const peer = interested(torrent, 'b')
    peer.report({ type: 'wire.unchoke' })
    torrent.pass(30)
    peer.report({ type: 'wire.choke' })
    torrent.pass(60)
    expect(rounds).not.toContain(true)
  })
})

describe('slots', () => {
  test('are four unless told otherwise (BEP 3)', () => {
    const torrent = choking()
    for (const host of ['b', 'c', 'd', 'e', 'f', 'g']) interested(torrent, host)
    expect(holders(torrent)).toHaveLength(defaultSlots)
  })

  test('that are more are given at once', () => {
    const torrent = choking([1], { slots: 1 })
    for (const host of ['b', 'c', 'd']) interested(torrent, host)
    torrent.actor.send({ type: 'torrent.set_slots', slots: 2 })
    expect(holders(torrent)).toHaveLength(2)
  })

  test('that are fewer take effect with the next round', () => {
    const torrent = choking([1], { slots: 3 })
    for (const host of ['b', 'c', 'd']) interested(torrent, host)
    torrent.actor.send({ type: 'torrent.set_slots', slots: 1 })
    expect(holders(torrent)).toHaveLength(3)
    torrent.pass(10)
    expect(holders(torrent)).toHaveLength(1)
    expect(torrent.record?.slots).toBe(1)
  })

  test('can be set before the start', () => {
    const torrent = aTorrent()
    torrent.actor.send({ type: 'torrent.set_slots', slots: 1 })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have: piecesOf([1]) })
    for (const host of ['b', 'c']) interested(torrent, host)
    expect(holders(torrent)).toEqual(['b'])
  })
})

describe('an algorithm of one’s own', () => {
  const byName: ChokeAlgorithm = (candidates, { slots }) =>
    candidates
      .filter((one) => one.interested)
      .sort((a, b) => a.address.host.localeCompare(b.address.host))
      .slice(0, slots)
      .map(({ peer }) => ({ peer, slot: 'rate', score: 1, reason: 'alphabet' }))

  test('decides in the place of ours', () => {
    const torrent = choking([1], { slots: 1, choker: byName })
    for (const host of ['d', 'c', 'b']) interested(torrent, host)
    expect(holders(torrent)).toEqual(['d'])
    torrent.pass(10)
    expect(torrent.reasons).toEqual([
      ['d', 'none', 'unnamed'],
      ['c', 'none', 'unnamed'],
      ['b', 'rate', 'alphabet'],
    ])
    expect(holders(torrent)).toEqual(['b'])
  })

  test('is told how each peer stands', () => {
    let told: readonly ChokeCandidate[] = []
    const choker: ChokeAlgorithm = (candidates) => {
      told = candidates
      return byName(candidates, { slots: 1 } as Parameters<ChokeAlgorithm>[1])
    }
    const torrent = choking([0, 1, 2, 3], { slots: 1, choker })
    torrent.pass(3)
    const first = interested(torrent, 'b')
    torrent.pass(4)
    interested(torrent, 'c')
    torrent.pass(3)
    expect(told).toMatchObject([
      {
        address: { host: 'b' },
        interested: true,
        slot: 'rate',
        since: 3_000,
        isNew: false,
        asking: false,
        uploadedInSlot: 0,
      },
      { address: { host: 'c' }, interested: true, slot: 'none', since: 7_000, isNew: true },
    ])
    first.report({ type: 'transport.closed', end: { code: 'reset', detail: '' } })
    torrent.pass(10)
    expect(told).toMatchObject([{ address: { host: 'c' }, slot: 'rate', since: 10_000, isNew: false }])
  })

  test('is told what a peer was sent since it has its slot, and that it has asked for more', () => {
    const rounds: Pick<ChokeCandidate, 'uploadedInSlot' | 'asking'>[][] = []
    const choker: ChokeAlgorithm = (candidates, { occasion, round }) => {
      if (occasion === 'round')
        rounds.push(candidates.map(({ uploadedInSlot, asking }) => ({ uploadedInSlot, asking })))
      // Its slot is another in the second round.
      return candidates.map(({ peer }) => ({ peer, slot: round === 0 ? 'rate' : 'optimistic', score: 0, reason: '' }))
    }
    const torrent = choking([0, 1, 2, 3], { choker })
    const peer = interested(torrent, 'b')
    const requests = [0, 16_384].map((begin) => ({ index: 1, begin, length: 16_384 }))
    torrent.pass(10)
    peer.report({ type: 'wire.request', requests })
    const blocks = [{ index: 1, begin: 0, data: block.data }]
    torrent.hear({ type: 'storage.blocks', peer: peer.record.peer, blocks })
    torrent.pass(20)
    expect(rounds).toEqual([
      [{ uploadedInSlot: 0, asking: false }],
      [{ uploadedInSlot: 16_384, asking: true }],
      [{ uploadedInSlot: 0, asking: true }],
    ])
  })

  test('that throws, or cannot be obeyed, changes nothing and ends nothing', () => {
    let broken: ChokeAlgorithm | undefined
    const torrent = choking([1], { slots: 1, choker: (...told) => (broken ?? byName)(...told) })
    for (const host of ['b', 'c']) interested(torrent, host)
    const before = torrent.record
    const error = new Error('a defect')
    broken = () => {
      throw error
    }
    torrent.pass(10)
    expect(torrent.emitted.at(-1)).toEqual({ type: 'choker_crashed', error })
    broken = (candidates) => candidates.map(({ peer }) => ({ peer, slot: 'rate', score: 1, reason: 'all of them' }))
    torrent.pass(10)
    expect(torrent.emitted.at(-1)).toMatchObject({ type: 'choker_crashed', error: expect.any(RangeError) })
    expect(holders(torrent)).toEqual(['b'])
    expect(torrent.record).toBe(before)
    broken = undefined
    torrent.pass(10)
    expect(torrent.record).toMatchObject({ occasion: 'round', round: 2 })
    expect(torrent.actor.getSnapshot().status).toBe('active')
  })
})
