import { describe, expect, test } from 'vitest'
import { reputationBounds } from '../../machines/peer/vocabulary/reputation-rules.ts'
import { Blacklist } from '../../machines/torrent/trust/blacklist.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { lyingStore } from '../../testing/stores.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { answerTo, dialRaw, listenRaw, type Script, seederThat } from '../hostile/raw-peer.ts'
import { longTest } from '../in-full.ts'
import { createSwarm, type Member, type Swarm } from './swarm.ts'

/** Slow enough that everybody gets a share. */
const link = { encryption: 'none', latencyMs: 20, bytesPerSecond: 200_000 } as const
const honestHosts = ['one', 'two', 'three', 'four', 'five']

/** A block that has the right length, and one bit of it wrong; `salt`: which. */
function spoilt(swarm: Swarm, request: BlockRequest, salt = 1): Message {
  const answer = answerTo(swarm, request)
  if (answer.name !== 'piece') throw new Error('an answer is a piece')
  return {
    name: 'piece',
    blocks: answer.blocks.map((block) => ({
      ...block,
      data: block.data.map((byte, i) => (i === 0 ? byte ^ salt : byte)),
    })),
  }
}

/** Has everything, and spoils the blocks that `lies` names. */
const liarThat = (swarm: Swarm, lies: (request: BlockRequest) => boolean, salt = 1): Script =>
  seederThat((request, self) => self.say(lies(request) ? spoilt(swarm, request, salt) : answerTo(swarm, request)))

/** A leecher that knows five honest seeders, and whom else. */
function amongFive(swarm: Swarm, ...others: readonly string[]): Member {
  for (const host of honestHosts) swarm.add(host, { has: 'all' })
  return swarm.add('leecher', { knows: [...others, ...honestHosts] })
}

const bannedBy = (leecher: Member) => leecher.emittedOf('banned').map(({ address }) => address.host)

/** No honest peer has ever been below 100. */
function expectHonestUnharmed(leecher: Member): void {
  const harmed = leecher
    .emittedOf('reputation')
    .filter(({ address, change }) => honestHosts.includes(address.host) && change < 0)
  expect(harmed).toEqual([])
  for (const { address, reputation } of leecher.torrent.peers) {
    if (honestHosts.includes(address.host)) expect(reputation).toBeGreaterThanOrEqual(reputationBounds.initial)
  }
}

const finished = (leecher: Member) => () => leecher.state === 'seeding'

describe('among five honest seeders', () => {
  longTest('who spoils one block in every ten pieces is banned, with pieces and blocks as evidence', async () => {
    const swarm = createSwarm({ ...link, pieces: 300 })
    const pieces = new Set<number>()
    const spoiltBlocks = new Map<number, number>()
    const spoils = ({ index, begin }: BlockRequest) => {
      const isNew = !pieces.has(index)
      pieces.add(index)
      if (isNew && pieces.size % 10 === 0) spoiltBlocks.set(index, begin / 16_384)
      return isNew && pieces.size % 10 === 0
    }
    listenRaw(swarm, 'liar', liarThat(swarm, spoils))
    const leecher = amongFive(swarm, 'liar')
    swarm.start()
    await swarm.until(finished(leecher), 3_600_000)
    expect(await leecher.isWhole()).toBe(true)
    expectHonestUnharmed(leecher)
    expect(bannedBy(leecher)).toEqual(['liar'])
    const [ban] = leecher.emittedOf('banned')
    const corrupt = ban?.evidence.filter(({ rule }) => rule === 'corrupt') ?? []
    expect(corrupt.length).toBeGreaterThanOrEqual(3)
    for (const { piece = -1, blocks } of corrupt) {
      expect(spoiltBlocks.has(piece)).toBe(true)
      if (blocks) expect(blocks).toEqual([spoiltBlocks.get(piece)])
    }
    expect(ban?.reason).toMatch(/^\d+ × corrupt \(pieces [\d, ]+\)$/)
    expect(leecher.torrent.blacklist.entries).toMatchObject([{ key: 'liar', reason: ban?.reason }])
    const honest = leecher.torrent.peers.filter(({ address }) => honestHosts.includes(address.host))
    expect(honest).toHaveLength(5)
    for (const { reputation } of honest) expect(reputation).toBeGreaterThan(reputationBounds.initial)
    await swarm.stop()
  })

  test('two who spoil the same blocks, each in another way, are both banned', async () => {
    const swarm = createSwarm({ ...link, pieces: 80 })
    const lies = ({ index, begin }: BlockRequest) => index % 2 === 0 && begin === 0
    listenRaw(swarm, 'liar', liarThat(swarm, lies, 1))
    listenRaw(swarm, 'other liar', liarThat(swarm, lies, 2))
    const leecher = amongFive(swarm, 'liar', 'other liar')
    swarm.start()
    await swarm.until(finished(leecher), 3_600_000)
    expect(await leecher.isWhole()).toBe(true)
    expectHonestUnharmed(leecher)
    expect(bannedBy(leecher).sort()).toEqual(['liar', 'other liar'])
    await swarm.stop()
  })

  longTest('who leaves after each lie and comes back is banned all the same', async () => {
    const swarm = createSwarm({ ...link, pieces: 300 })
    let visits = 0
    const visit = () => {
      visits++
      let lies = 0
      const script = seederThat((request, self) => {
        if (lies > 2) return
        lies++
        self.say(spoilt(swarm, request))
        if (lies > 2) swarm.clock.setTimeout(() => self.connection.destroy(), 500)
      })
      const self: ScriptedRemote = dialRaw(swarm, 'liar', 'leecher', script)
      swarm.clock.setTimeout(() => {
        self.connection.destroy()
        if (leecher.state !== 'seeding') visit()
      }, 5_000)
    }
    const leecher = amongFive(swarm)
    swarm.start()
    await swarm.until(() => leecher.emittedOf('listening').length > 0)
    visit()
    await swarm.until(finished(leecher), 3_600_000)
    await swarm.pass(5_000)
    expect(await leecher.isWhole()).toBe(true)
    expectHonestUnharmed(leecher)
    expect(bannedBy(leecher)).toEqual(['liar'])
    expect(visits).toBeGreaterThan(1)
    await swarm.stop()
  })

  test('who spoils only what others were asked for too, in endgame, harms nobody and is found out', async () => {
    const swarm = createSwarm({ ...link, pieces: 24, blocksPerPiece: 4 })
    const leecher = amongFive(swarm, 'liar')
    const isEndgame = () => leecher.torrent.actor.getSnapshot().matches({ content: { fetching: 'endgame' } })
    let lies = 0
    listenRaw(
      swarm,
      'liar',
      liarThat(swarm, () => {
        if (!isEndgame()) return false
        lies++
        return true
      }),
    )
    swarm.start()
    await swarm.until(finished(leecher), 600_000)
    expect(await leecher.isWhole()).toBe(true)
    expectHonestUnharmed(leecher)
    expect(lies).toBeGreaterThan(0)
    const costs = leecher.emittedOf('reputation').filter(({ rule }) => rule === 'corrupt')
    expect(costs.length).toBe(new Set(leecher.emittedOf('corrupt').map(({ index }) => index)).size)
    await swarm.stop()
  })
})

longTest('of twelve torrents that seed, the two whose disks lie are banned, and the ten honest ones gain', async () => {
  const swarm = createSwarm({ ...link, pieces: 100 })
  const honest = Array.from({ length: 10 }, (_, i) => `honest${i}`)
  const liars = ['liar', 'other liar']
  for (const host of honest) swarm.add(host, { has: 'all' })
  for (const host of liars) swarm.add(host, { has: 'all', through: lyingStore })
  const leecher = swarm.add('leecher', { knows: [...liars, ...honest] })
  swarm.start()
  await swarm.until(finished(leecher), 3_600_000)
  expect(await leecher.isWhole()).toBe(true)
  const bans = leecher.emittedOf('banned')
  expect(bans.map(({ address, reputation }) => [address.host, reputation])).toEqual(liars.map((host) => [host, 40]))
  for (const { evidence } of bans) expect(evidence.map(({ rule }) => rule)).toEqual(['corrupt', 'corrupt', 'corrupt'])
  const paid = leecher.emittedOf('reputation').filter(({ change }) => change < 0)
  expect(new Set(paid.map(({ address }) => address.host))).toEqual(new Set(liars))
  const standing = leecher.torrent.peers.map(({ address, reputation }) => [address.host, reputation])
  expect(standing).toEqual(honest.map((host) => [host, 110]))
  await swarm.stop()
})

describe('a peer on parole', () => {
  longTest('is asked for pieces that come from it alone, so that nobody is drawn in any more', async () => {
    const swarm = createSwarm({ ...link, pieces: 100, blocksPerPiece: 4 })
    listenRaw(
      swarm,
      'liar',
      liarThat(swarm, ({ begin }) => begin === 0),
    )
    const leecher = amongFive(swarm, 'liar')
    swarm.start()
    await swarm.until(() => leecher.emittedOf('corrupt').length > 0)
    const suspected = leecher.emittedOf('corrupt').length
    await swarm.until(() => bannedBy(leecher).length > 0)
    const later = leecher.emittedOf('corrupt').slice(suspected + 1)
    const alone = later.filter(({ addresses }) => addresses.length === 1)
    expect(alone.length).toBeGreaterThan(0)
    await swarm.until(finished(leecher), 600_000)
    expectHonestUnharmed(leecher)
    await swarm.stop()
  })

  test('does not hold up a swarm in which everybody is suspect', async () => {
    const run = async (lies: boolean) => {
      const swarm = createSwarm({ ...link, pieces: 40, blocksPerPiece: 4 })
      const told = new Set<number>()
      // Each of the first ten pieces is spoilt once, by whoever is asked for its first block first: all of them lie a little.
      const spoils = ({ index, begin }: BlockRequest) => {
        if (!lies || index % 10 !== 0 || begin !== 0 || told.has(index)) return false
        told.add(index)
        return true
      }
      const hosts = ['a', 'b', 'c', 'd']
      for (const host of hosts) listenRaw(swarm, host, liarThat(swarm, spoils))
      const leecher = swarm.add('leecher', { knows: hosts })
      swarm.start()
      await swarm.until(finished(leecher), 600_000)
      const ms = swarm.clock.now()
      expect(await leecher.isWhole()).toBe(true)
      expect(bannedBy(leecher)).toEqual([])
      await swarm.stop()
      return ms
    }
    expect(await run(true)).toBeLessThan(1.5 * (await run(false)))
  })
})

describe('a blacklist that two torrents share', () => {
  test('shows who is banned in one out of the other at once, and keeps it out', async () => {
    const blacklist = new Blacklist()
    const swarm = createSwarm({ ...link, pieces: 40 })
    const connections = listenRaw(
      swarm,
      'liar',
      seederThat((request, self) => {
        // The first to ask is answered wrong, the other not at all.
        if (self === connections[0]) self.say(spoilt(swarm, request))
      }),
    )
    const one = swarm.add('leecher', { knows: ['liar'], blacklist })
    const other = swarm.add('bystander', { knows: ['liar'], blacklist })
    one.torrent.start()
    await swarm.until(() => connections.length === 1)
    other.torrent.start()
    await swarm.until(() => bannedBy(one).length > 0, 600_000)
    await swarm.pass(10_000)
    expect(bannedBy(other)).toEqual([])
    expect(connections).toHaveLength(2)
    expect(connections[1]?.end).toBeDefined()
    const last = other.emittedOf('peer').at(-1)?.peer
    expect(last).toMatchObject({ address: { host: 'liar' }, state: 'closed', reason: 'local.blacklisted' })
    other.torrent.addPeer({ host: 'liar', port: 6881 })
    await swarm.pass(60_000)
    expect(connections).toHaveLength(2)
    await swarm.stop()
  })
})
