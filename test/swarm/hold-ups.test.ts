import { describe, expect, test } from 'vitest'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { answerTo, listenRaw, type Script, seederThat } from '../hostile/raw-peer.ts'
import { createSwarm, type Member, type Swarm } from './swarm.ts'

const link = { encryption: 'none', latencyMs: 20, bytesPerSecond: 2_000_000 } as const
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
  test.each([64, 256])(
    'is taken from an accomplice that drips it, though its %i blocks are to come from one peer',
    async (blocksPerPiece) => {
      const swarm = createSwarm({ ...link, pieces: 6, blocksPerPiece })
      for (const host of goodHosts) swarm.add(host, { has: 'all' })
      listenRaw(swarm, 'poisoner', poisoner(swarm))
      // So that none of its requests counts as lost.
      const begins = () => leecher.emittedOf('corrupt').length > 1
      listenRaw(swarm, 'accomplice', slowSeeder(swarm, 8_000, { begins }))
      const leecher: Member = swarm.add('leecher', { knows: ['poisoner', ...goodHosts, 'accomplice'] })
      expect(await seconds(swarm, leecher)).toBeLessThan(120)
      expectGoodUnharmed(leecher)
    },
  )

  test.each([1, 10, 30])('waits for none of %i peers that reject each block of it', async (count) => {
    const swarm = createSwarm({ ...link, pieces: 6, blocksPerPiece: 64 })
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
  test.each([10, 40])('%i silent peers do not keep a fast seeder from the blocks they owe', async (count) => {
    const swarm = createSwarm({ ...link, pieces: 20, blocksPerPiece: 16 })
    swarm.add('good', { has: 'all' })
    const silent = Array.from({ length: count }, (_, i) => `silent${i}`)
    for (const host of silent) {
      listenRaw(
        swarm,
        host,
        seederThat(() => {}),
      )
    }
    const leecher = swarm.add('leecher', { knows: [...silent, 'good'], maxPeers: 60 })
    expect(await seconds(swarm, leecher)).toBeLessThan(30)
  })
})

test.each([16, 64])(
  'a seeder that does not say how few requests it takes, which is %i, is asked for no more than it takes',
  async (most) => {
    const swarm = createSwarm({ ...link, latencyMs: 30, bytesPerSecond: 4_000_000, pieces: 100, blocksPerPiece: 16 })
    listenRaw(swarm, 'seeder', slowSeeder(swarm, 4, { most }))
    const leecher = swarm.add('leecher', { knows: ['seeder'] })
    // 1600 blocks, one each 4 ms; what was rejected at first is asked for again after the next choke round.
    expect(await seconds(swarm, leecher)).toBeLessThan(18)
  },
)
