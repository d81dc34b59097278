import { describe, expect, test } from 'vitest'
import type { ChokeSlot } from '../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import { chokeRound, chokeRoundMs, defaultSlots } from '../../machines/torrent/choking/algorithm/choke-round.ts'
import { inFull, longDescribe, longTest } from '../in-full.ts'
import { createSwarm, type Member, nobody } from './swarm.ts'

const roundsOf = (member: Member) => member.emittedOf('choke_round').filter(({ occasion }) => occasion === 'round')

/** Links on which a round shows. */
const slow = { blocksPerPiece: 1, latencyMs: 20, bytesPerSecond: 20_000, encryption: 'none' } as const

/** Who knows one host, and whom nobody else comes to know. */
const knowing = (host: string) => ({ knows: [host], listens: false, maxPeers: 1 })

const letters: Readonly<Record<ChokeSlot, string>> = { none: '.', rate: 'r', turn: 't', optimistic: 'o', spare: 's' }

/** By host, what slot it had in each round: a letter a round. */
function slotsByHost(member: Member): Record<string, string> {
  const slots: Record<string, string> = {}
  for (const { peers } of roundsOf(member)) {
    for (const { address, slot } of peers) slots[address.host] = (slots[address.host] ?? '') + letters[slot]
  }
  return Object.fromEntries(Object.entries(slots).sort())
}

/** What a torrent has sent to the hosts that it is still connected to. */
const uploadedTo = (member: Member, hosts: readonly string[]): number =>
  member.torrent.peers
    .filter(({ address }) => hosts.includes(address.host))
    .reduce((sum, { uploaded }) => sum + uploaded, 0)

/** Whether in each round all slots but one went to the peers that gave most, as far as there were such. */
const givesByRate = (member: Member): boolean =>
  roundsOf(member)
    .filter(({ mode }) => mode === 'leeching')
    .every(({ peers, slots }) => {
      const givers = peers.filter(
        ({ score, reason }) => score > 0 && reason !== 'not_interested' && reason !== 'anti_snubbed',
      )
      const best = peers.filter(({ slot }) => slot === 'rate')
      const least = Math.min(...best.map(({ score }) => score))
      const others = givers.filter((giver) => !best.includes(giver))
      return best.length === Math.min(slots - 1, givers.length) && others.every(({ score }) => score <= least)
    })

/** Who had the optimistic slots of each round: one after the other, each with the rounds it had them for. */
function optimisticTurns(member: Member): { readonly hosts: string; rounds: number }[] {
  const turns: { readonly hosts: string; rounds: number }[] = []
  for (const { peers } of roundsOf(member)) {
    const lucky = peers.filter(({ slot }) => slot === 'optimistic')
    const hosts = lucky.map(({ address }) => address.host).join()
    const last = turns.at(-1)
    if (last?.hosts === hosts) last.rounds++
    else turns.push({ hosts, rounds: 1 })
  }
  return turns
}

/** Each `n`th piece, from `first` on. */
const every = (n: number, first: number, pieces: number) =>
  [...Array(pieces).keys()].filter((index) => index % n === first)

longDescribe('a leecher with four slots, among three that give and seven that only take', () => {
  const pieces = 900
  const rounds = 12
  const givers = ['give 1', 'give 2', 'give 3']
  const riders = Array.from({ length: 7 }, (_, i) => `take ${i + 1}`)

  test('unchokes the givers, and one of the others for 30 s at a time', { timeout: 60_000 }, async () => {
    const swarm = createSwarm({ ...slow, pieces })
    const leecher = swarm.add('leecher', { has: every(5, 0, pieces) })
    for (const [i, host] of givers.entries()) swarm.add(host, { ...knowing('leecher'), has: every(5, i + 1, pieces) })
    for (const host of riders) swarm.add(host, { ...knowing('leecher'), choker: nobody })
    swarm.start()
    await swarm.pass(chokeRoundMs + 500)
    const before = { all: leecher.torrent.progress.uploaded, riders: uploadedTo(leecher, riders) }
    await swarm.pass(rounds * chokeRoundMs)
    expect(leecher.state).toBe('downloading')
    const slots = slotsByHost(leecher)
    expect(givers.map((host) => slots[host])).toEqual(givers.map(() => 'r'.repeat(1 + rounds)))
    const turns = optimisticTurns(leecher)
    // The first began with the connections, ten seconds before the first round.
    expect(turns.map(({ rounds }) => rounds)).toEqual([2, 3, 3, 3, 2])
    for (const { hosts } of turns) expect(riders).toContain(hosts)
    const sent = leecher.torrent.progress.uploaded - before.all
    // What was on its way to a peer when it was choked still arrives.
    expect((uploadedTo(leecher, riders) - before.riders) / sent).toBeLessThan(1.1 / defaultSlots)
    await swarm.stop()
  })
})

longTest.each([7, 9])(
  'beside %i that trade, one that gives nothing gets less than its part, and less than each of the others',
  {
    timeout: 60_000,
  },
  async (count) => {
    const pieces = 11 * count
    const swarm = createSwarm({ ...slow, bytesPerSecond: 6_000, pieces })
    const hosts = Array.from({ length: count }, (_, i) => `trader ${i + 1}`)
    const traders = hosts.map((host, i) => swarm.add(host, { knows: hosts.slice(0, i), has: every(count, i, pieces) }))
    const rider = swarm.add('rider', { knows: hosts, choker: nobody })
    swarm.start()
    await swarm.until(() => traders.some(({ state }) => state === 'seeding'))
    const sent = traders.reduce((sum, { torrent }) => sum + torrent.progress.uploaded, 0)
    const toRider = traders.reduce((sum, trader) => sum + uploadedTo(trader, ['rider']), 0)
    expect(toRider / sent).toBeLessThan(1 / traders.length)
    expect(rider.torrent.progress.pieces).toBeLessThan(
      Math.min(...traders.map(({ torrent }) => torrent.progress.pieces)),
    )
    for (const trader of traders) expect(givesByRate(trader)).toBe(true)
    await swarm.stop()
  },
)

test.each(inFull ? [1, 2, 4] : [1])(
  'a seeder serves %i at once, and twice as many leechers in turn, a minute each, until everybody has everything',
  async (slots) => {
    const swarm = createSwarm({ ...slow, pieces: 150 })
    const seeder = swarm.add('seeder', { has: 'all', slots })
    const hosts = Array.from({ length: 2 * slots }, (_, i) => `leecher ${i + 1}`)
    const leechers = hosts.map((host) => swarm.add(host, knowing('seeder')))
    swarm.start()
    await swarm.until(() => leechers.every(({ state }) => state === 'seeding'))
    // The first round comes ten seconds after the first slots, which were free. Who has everything leaves.
    const early = 'ttttt......tttttt.'
    const late = '.....tttttt......tttttt'
    expect(slotsByHost(seeder)).toEqual(Object.fromEntries(hosts.map((host, i) => [host, i < slots ? early : late])))
    for (const leecher of leechers) expect(await swarm.settled(leecher.isWhole())).toBe(true)
    await swarm.stop()
  },
)

test('the slot of a peer that leaves is taken at once by the one that has waited longest', async () => {
  const swarm = createSwarm({ ...slow, pieces: 150 })
  const seeder = swarm.add('seeder', { has: 'all', slots: 1 })
  const hosts = ['first', 'second', 'third']
  const leechers = hosts.map((host) => swarm.add(host, knowing('seeder')))
  seeder.torrent.start()
  for (const { torrent } of leechers) {
    torrent.start()
    await swarm.pass(2_000)
  }
  const [first, second] = leechers
  expect(second?.torrent.peers[0]?.peerChoking).toBe(true)
  await swarm.settled(first?.torrent.stop() ?? Promise.reject())
  await swarm.pass(100)
  expect(second?.torrent.peers[0]?.peerChoking).toBe(false)
  expect(seeder.torrent.chokeRound).toMatchObject({
    occasion: 'free_slot',
    mode: 'seeding',
    slots: 1,
    peers: [
      { address: { host: 'second' }, slot: 'turn', reason: 'free_slot' },
      { address: { host: 'third' }, slot: 'none', reason: 'waiting' },
    ],
  })
  await swarm.stop()
})

describe('a torrent', () => {
  test('takes another number of slots at any time, and refuses what is no whole number from 1', async () => {
    const swarm = createSwarm({ ...slow, pieces: 150 })
    const seeder = swarm.add('seeder', { has: 'all', slots: 1 })
    for (const host of ['a', 'b', 'c']) swarm.add(host, knowing('seeder'))
    swarm.start()
    await swarm.pass(5_000)
    const unchoked = () => seeder.torrent.peers.filter(({ amChoking }) => !amChoking).length
    expect(unchoked()).toBe(1)
    seeder.torrent.setSlots(3)
    expect(unchoked()).toBe(3)
    seeder.torrent.setSlots(2)
    await swarm.pass(chokeRoundMs)
    expect(unchoked()).toBe(2)
    for (const slots of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => seeder.torrent.setSlots(slots)).toThrow(RangeError)
      expect(() => swarm.add('nowhere', { slots })).toThrow(RangeError)
    }
    await swarm.stop()
  })

  test('goes on downloading and seeding under a choke algorithm that throws', async () => {
    const swarm = createSwarm({ pieces: 16, latencyMs: 20 })
    const seeder = swarm.add('seeder', {
      has: 'all',
      choker: (candidates, situation) => {
        if (situation.round < 2) throw new Error('a defect')
        return chokeRound(candidates, situation)
      },
    })
    const leecher = swarm.add('leecher', knowing('seeder'))
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding', 4 * chokeRoundMs)
    expect(seeder.emittedOf('choker_crashed').length).toBeGreaterThanOrEqual(2)
    expect(seeder.state).toBe('seeding')
    await swarm.stop()
  })
})
