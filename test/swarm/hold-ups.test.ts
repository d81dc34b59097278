import { describe, expect, test } from 'vitest'
import { encode } from '../../transport/wire/encode.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { answerTo, listenRaw, type Script, seederThat } from '../hostile/raw-peer.ts'
import { firstOf, longDescribe, longTest } from '../in-full.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm, type Member, type Swarm } from './swarm.ts'

const link = { encryption: 'none', latencyMs: 20, bytesPerSecond: 2_000_000 } as const
/** So many peers that are no good. */
const many = 50
const goodHosts = ['good one', 'good two', 'good three']

/** Gives all pieces but the first, of which each block it gives is wrong. */
const poisoner = (swarm: Swarm): Script =>
  seederThat((request, self) => {
    const { index, begin, length } = request
    if (index !== 0) self.say(answerTo(swarm, request))
    else self.say({ name: 'piece', blocks: [{ index, begin, data: new Uint8Array(length).fill(7) }] })
  })

/** A Fast seeder that answers a request each `everyMs`, from when `begins` says so on, and nothing before; no more than `most` wait. */
function slowSeeder(
  swarm: Swarm,
  everyMs: number,
  { begins = (): boolean => true, most = Number.POSITIVE_INFINITY } = {},
): Script {
  let queue: BlockRequest[] = []
  const rejected: BlockRequest[] = []
  return {
    greets: [{ name: 'have_all' }],
    hears(message, self) {
      if (message.name === 'interested') {
        self.say({ name: 'unchoke' })
        let last = Number.NEGATIVE_INFINITY
        const answer = () => {
          swarm.clock.setTimeout(answer, Math.min(everyMs, 500))
          if (!begins() || swarm.clock.now() - last < everyMs) return
          const next = queue.shift()
          if (!next) return
          last = swarm.clock.now()
          self.say(answerTo(swarm, next))
        }
        answer()
      }
      if (message.name === 'request') {
        const taken = message.requests.slice(0, Math.max(0, most - queue.length))
        queue.push(...taken)
        rejected.push(...message.requests.slice(taken.length))
      }
      if (message.name === 'cancel') {
        const isCancelled = (one: BlockRequest) =>
          message.requests.some(({ index, begin }) => one.index === index && one.begin === begin)
        rejected.push(...queue.filter(isCancelled))
        queue = queue.filter((one) => !isCancelled(one))
      }
      for (const request of rejected.splice(0)) self.say({ name: 'reject_request', requests: [request] })
    },
  }
}

/** A seeder that gives one block, and nothing after. */
function goodOnce(swarm: Swarm): Script {
  let gave = false
  return seederThat((request, self) => {
    if (!gave) self.say(answerTo(swarm, request))
    gave = true
  })
}

/** A seeder that answers its first request by ten bytes a second. */
function dripping(swarm: Swarm): Script {
  let isAsked = false
  return seederThat((request, self) => {
    if (isAsked) return
    isAsked = true
    let at = 0
    const bytes = Buffer.concat([...encode(answerTo(swarm, request))])
    const drip = () => {
      if (self.end) return
      self.send(bytes.subarray(at, at + 10))
      at += 10
      swarm.clock.setTimeout(drip, 1_000)
    }
    drip()
  })
}

/** So many hosts that follow a script; answers their names. */
function addMany(swarm: Swarm, count: number, script: (swarm: Swarm) => Script): string[] {
  const hosts = Array.from({ length: count }, (_, i) => `one of many ${i}`)
  for (const host of hosts) listenRaw(swarm, host, script(swarm))
  return hosts
}

/** Seconds until a leecher has everything. */
async function seconds(swarm: Swarm, leecher: Member): Promise<number> {
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding', 8 * 3600_000)
  const ms = swarm.clock.now()
  expect(await leecher.isWhole()).toBe(true)
  await swarm.stop()
  return ms / 1000
}

/** Nobody of the good is banned, and no reputation of theirs ever falls. */
function expectGoodUnharmed(leecher: Member): void {
  const harmed = leecher.emittedOf('reputation').filter(({ change }) => change < 0)
  expect(harmed.filter(({ address }) => goodHosts.includes(address.host))).toEqual([])
}

describe('a piece that was spoilt', () => {
  longTest.each([64, 256])(
    'is taken from an accomplice that drips it, though its %i blocks are to come from one peer',
    async (blocksPerPiece) => {
      const swarm = createSwarm({ ...link, pieces: 3, blocksPerPiece })
      for (const host of goodHosts) swarm.add(host, { has: 'all' })
      listenRaw(swarm, 'poisoner', poisoner(swarm))
      // So that none of its requests counts as lost.
      let corrupt = 0
      listenRaw(swarm, 'accomplice', slowSeeder(swarm, 8_000, { begins: () => corrupt > 1 }))
      const leecher = swarm.add('leecher', { knows: ['poisoner', ...goodHosts, 'accomplice'] })
      leecher.torrent.on('corrupt', () => corrupt++)
      expect(await seconds(swarm, leecher)).toBeLessThan(120)
      expectGoodUnharmed(leecher)
    },
  )

  test.each(firstOf(1, [10, 1, 30]))('waits for none of %i peers that reject each block of it', async (count) => {
    const swarm = createSwarm({ ...link, pieces: 3, blocksPerPiece: 64 })
    for (const host of goodHosts) swarm.add(host, { has: 'all' })
    listenRaw(swarm, 'poisoner', poisoner(swarm))
    const rejecting = Array.from({ length: count }, (_, i) => `rejecting${i}`)
    for (const host of rejecting) {
      listenRaw(
        swarm,
        host,
        seederThat((request, self) => self.say({ name: 'reject_request', requests: [request] })),
      )
    }
    const leecher = swarm.add('leecher', { knows: ['poisoner', ...goodHosts, ...rejecting], maxPeers: 50 })
    expect(await seconds(swarm, leecher)).toBeLessThan(10)
    expectGoodUnharmed(leecher)
  })
})

describe('in endgame', () => {
  test.each(firstOf(1, [10, 40]))(
    '%i silent peers do not keep a fast seeder from the blocks they owe',
    async (count) => {
      const swarm = createSwarm({ ...link, pieces: 20, blocksPerPiece: 16 })
      swarm.add('good', { has: 'all' })
      const silent = addMany(swarm, count, () => seederThat(() => {}))
      const leecher = swarm.add('leecher', { knows: [...silent, 'good'], maxPeers: 60 })
      expect(await seconds(swarm, leecher)).toBeLessThan(5)
    },
  )

  // 2.7 s from the good seeder alone.
  longTest.each<[string, (swarm: Swarm) => Script]>([
    ['were good once', goodOnce],
    ['send a block in ten seconds', (swarm) => slowSeeder(swarm, 10_000)],
    ['send a block in two seconds', (swarm) => slowSeeder(swarm, 2_000)],
    ['send ten bytes a second', dripping],
  ])(`${many} peers that %s do not keep a fast seeder from the blocks they owe`, async (_, script) => {
    const swarm = createSwarm({ ...link, pieces: 20, blocksPerPiece: 16 })
    swarm.add('good', { has: 'all' })
    const bad = addMany(swarm, many, script)
    const leecher = swarm.add('leecher', { knows: [...bad, 'good'], maxPeers: 60 })
    expect(await seconds(swarm, leecher)).toBeLessThan(5)
  })
})

longDescribe('in endgame peers that were good for long, and then drip into what they owe,', () => {
  /** Gives so many blocks, and then a byte of what it owes, or a thousand, each second. */
  const goodThenDripping =
    (blocks: number, bytesPerSecond: number) =>
    (swarm: Swarm): Script => {
      let given = 0
      const owed: Uint8Array[] = []
      return seederThat((request, self) => {
        if (given++ < blocks) return self.say(answerTo(swarm, request))
        owed.push(Buffer.concat([...encode(answerTo(swarm, request))]))
        if (owed.length > 1) return
        let at = 0
        const drip = () => {
          if (self.end) return
          const bytes = owed[0]?.subarray(at, at + bytesPerSecond)
          if (bytes) self.send(bytes)
          at += bytesPerSecond
          swarm.clock.setTimeout(drip, 1_000)
        }
        drip()
      })
    }
  const fast = { ...link, bytesPerSecond: 5 * 2 ** 20, blocksPerPiece: 16 } as const

  const secondsBeside = async (pieces: number, script?: (swarm: Swarm) => Script): Promise<number> => {
    const swarm = createSwarm({ ...fast, pieces })
    swarm.add('good', { has: 'all' })
    const bad = script ? addMany(swarm, 40, script) : []
    return await seconds(swarm, swarm.add('leecher', { knows: [...bad, 'good'], maxPeers: 60 }))
  }
  const alone = new Map<number, Promise<number>>()
  const secondsAlone = (pieces: number): Promise<number> => {
    const known = alone.get(pieces) ?? secondsBeside(pieces)
    alone.set(pieces, known)
    return known
  }

  const swarms = [
    [20, 10, 1_000],
    [20, 1, 1],
    [64, 25, 1_000],
    [64, 40, 1],
    [64, 40, 1_000],
  ] as const

  test.each(swarms)(
    'hold up %i pieces no longer than three times what they take alone: %i blocks, %i bytes a second',
    async (pieces, blocks, bytesPerSecond) => {
      const beside = await secondsBeside(pieces, goodThenDripping(blocks, bytesPerSecond))
      expect(beside).toBeLessThan(3 * (await secondsAlone(pieces)))
    },
  )
})

longTest('a silent peer holds up no piece for long while others deliver', async () => {
  const swarm = createSwarm({ ...link, bytesPerSecond: 200_000, pieces: 40, blocksPerPiece: 16 })
  swarm.add('good', { has: 'all' })
  const silent = addMany(swarm, 10, goodOnce)
  const leecher = swarm.add('leecher', { knows: [...silent, 'good'] })
  const begun = new Map<number, number>()
  let longestMs = 0
  const look = () => {
    swarm.clock.setTimeout(look, 500)
    for (const peer of peersOf(leecher.torrent)) {
      for (const { index } of peer.getSnapshot().context.outstanding) {
        if (!begun.has(index)) begun.set(index, swarm.clock.now())
      }
    }
  }
  look()
  leecher.torrent.on('piece', ({ index }) => {
    const now = swarm.clock.now()
    longestMs = Math.max(longestMs, now - (begun.get(index) ?? now))
  })
  await seconds(swarm, leecher)
  // Three seconds till they are late, and then all that they owe, some 60 blocks, comes at 12 a second.
  expect(longestMs).toBeLessThan(15_000)
})

longDescribe('blocks that come twice are few among honest peers', () => {
  test.each<[string, readonly number[], number]>([
    ['as fast as each other', [2e6, 2e6, 2e6, 2e6, 2e6], 40],
    ['of all speeds', [2e6, 5e5, 1e5, 2e4, 5e3], 60],
    ['that are slow', Array(10).fill(2e4), 20],
  ])('%s', async (_, rates, pieces) => {
    const swarm = createSwarm({ ...link, pieces, blocksPerPiece: 16 })
    const hosts = rates.map((uploadLimit, i) => swarm.add(`seeder${i}`, { has: 'all', uploadLimit }).host)
    const leecher = swarm.add('leecher', { knows: hosts })
    await seconds(swarm, leecher)
    expect(leecher.torrent.progress.downloaded / swarm.data.length).toBeLessThan(1.03)
  })
})

longTest('honest seeders whose lines take a second for a block send few of them for nothing in endgame', async () => {
  const swarm = createSwarm({ ...link, bytesPerSecond: 15_000, pieces: 4, blocksPerPiece: 16 })
  const seeders = Array.from({ length: 6 }, (_, i) => swarm.add(`seeder${i}`, { has: 'all' }))
  await seconds(swarm, swarm.add('leecher', { knows: seeders.map(({ host }) => host) }))
  const sent = seeders.reduce((bytes, { torrent }) => bytes + torrent.progress.uploaded, 0)
  expect(sent / swarm.data.length).toBeLessThan(1.2)
})

longTest.each([16, 64])(
  'a seeder that does not say how few requests it takes, which is %i, is asked for no more than it takes',
  async (most) => {
    const swarm = createSwarm({ ...link, latencyMs: 30, bytesPerSecond: 4_000_000, pieces: 100, blocksPerPiece: 16 })
    listenRaw(swarm, 'seeder', slowSeeder(swarm, 4, { most }))
    const leecher = swarm.add('leecher', { knows: ['seeder'] })
    // 1600 blocks, one each 4 ms; what was rejected at first is asked for again after the next choke round.
    expect(await seconds(swarm, leecher)).toBeLessThan(18)
  },
)
