import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { createSwarm, type Swarm } from '../swarm/swarm.ts'
import { answerTo, listenRaw, type Script, seederThat } from './raw-peer.ts'

/** A good seeder that needs some seconds for the torrent, so that whoever misbehaves gets its share of the requests. */
const slowLink = { latencyMs: 20, bytesPerSecond: 100_000, pieces: 12 } as const

const rejects = (request: BlockRequest, self: ScriptedRemote) =>
  self.say({ name: 'reject_request', requests: [request] })

const zeros = ({ index, begin }: BlockRequest, length: number): Message => ({
  name: 'piece',
  blocks: [{ index, begin, data: new Uint8Array(length) }],
})

/** By what it does: the script, and by how long it may hold up a download that takes some 8 s without it. */
const misbehaviours: Record<string, { script(swarm: Swarm): Script; holdsUpMs: number }> = {
  'never answers a request': { script: () => seederThat(() => {}), holdsUpMs: delays.requestMs + delays.tickMs },
  'chokes as soon as it is asked': {
    script: () => seederThat((_, self) => self.say({ name: 'choke' })),
    holdsUpMs: delays.chokedAnswerMs + delays.tickMs,
  },
  'chokes and unchokes without end': {
    script: () =>
      seederThat((_, self) => {
        if (self.requests.length % 4 === 0) self.say({ name: 'choke' }, { name: 'unchoke' })
      }),
    holdsUpMs: 0,
  },
  'rejects everything': { script: () => seederThat(rejects), holdsUpMs: 0 },
  'answers one block and never again': {
    script: (swarm) => {
      let answered = false
      return seederThat((request, self) => {
        if (!answered) self.say(answerTo(swarm, request))
        answered = true
      })
    },
    holdsUpMs: delays.requestMs + delays.tickMs,
  },
  'sends blocks nobody asked for': {
    script: (swarm) =>
      seederThat((request, self) =>
        self.say(answerTo(swarm, { ...request, index: (request.index + 1) % 12, length: 1_000 })),
      ),
    holdsUpMs: 0,
  },
  'sends blocks that are too short': {
    script: () => seederThat((request, self) => self.say(zeros(request, request.length - 1))),
    holdsUpMs: 0,
  },
  'sends blocks that are too long': {
    script: () => seederThat((request, self) => self.say(zeros(request, request.length + 1))),
    holdsUpMs: 0,
  },
  'leaves when it is asked': { script: () => seederThat((_, self) => self.connection.destroy()), holdsUpMs: 0 },
  'hangs when it is asked': {
    script: () => seederThat((_, self) => self.connection.pause()),
    holdsUpMs: delays.requestMs + delays.tickMs,
  },
  'claims to have everything and never unchokes': {
    script: () => ({ greets: [{ name: 'have_all' }] }),
    holdsUpMs: 0,
  },
  'takes back that it has everything': {
    script: () => ({ greets: [{ name: 'have_all' }, { name: 'unchoke' }, { name: 'have_none' }] }),
    holdsUpMs: delays.lostRequestMs + delays.tickMs,
  },
  'has a piece that does not exist': {
    script: () => ({ greets: [{ name: 'have_none' }, { name: 'have', index: 12 }] }),
    holdsUpMs: 0,
  },
  'asks for what does not exist': {
    script: () => ({
      greets: [{ name: 'have_all' }, { name: 'request', requests: [{ index: 99, begin: 0, length: 1 }] }],
    }),
    holdsUpMs: 0,
  },
}

async function completionMs(script?: Script): Promise<number> {
  const swarm = createSwarm({ encryption: 'none', ...slowLink })
  swarm.add('good', { has: 'all' })
  if (script) listenRaw(swarm, 'bad', script)
  const leecher = swarm.add('leecher', { knows: ['bad', 'good'] })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding', 600_000)
  const ms = swarm.clock.now()
  expect(await leecher.isWhole()).toBe(true)
  expect(leecher.emittedOf('crashed')).toEqual([])
  expect(leecher.emittedOf('banned')).toEqual([])
  await swarm.stop()
  // What a raw peer had on the wire has arrived nowhere by then.
  await swarm.pass(delays.closingMs)
  expect(swarm.clock.pending).toBe(0)
  return ms
}

describe('beside a good seeder, a peer cannot hold up the download for longer than its timer', () => {
  test.each(Object.entries(misbehaviours))('one that %s', async (_, { script, holdsUpMs }) => {
    const alone = await completionMs()
    const swarmOfScript = createSwarm({ encryption: 'none', ...slowLink })
    expect(await completionMs(script(swarmOfScript))).toBeLessThanOrEqual(alone + holdsUpMs + 2_000)
  })

  test('all of them at once', async () => {
    const swarm = createSwarm({ encryption: 'none', ...slowLink })
    swarm.add('good', { has: 'all' })
    const hosts = Object.values(misbehaviours).map(({ script }, i) => {
      listenRaw(swarm, `bad${i}`, script(swarm))
      return `bad${i}`
    })
    const leecher = swarm.add('leecher', { knows: [...hosts, 'good'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding', 600_000)
    expect(await leecher.isWhole()).toBe(true)
    expect(swarm.clock.now()).toBeLessThan(2 * (delays.requestMs + delays.tickMs) + 20_000)
    await swarm.stop()
  })
})

describe('with nobody else there', () => {
  test('a seeder that stalled for longer than the request timer is asked again', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 20 })
    const stalledMs = delays.requestMs + 5_000
    const connections = listenRaw(
      swarm,
      'seeder',
      seederThat((request, self) => {
        if (swarm.clock.now() > stalledMs) self.say(answerTo(swarm, request))
      }),
    )
    const leecher = swarm.add('leecher', { knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding', 120_000)
    expect(await leecher.isWhole()).toBe(true)
    expect(connections).toHaveLength(1)
    await swarm.stop()
  })

  test('a seeder that rejected its last request is asked again, and not in a storm', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 20 })
    const connections = listenRaw(
      swarm,
      'seeder',
      seederThat((request, self) => {
        if (swarm.clock.now() > 10_000) self.say(answerTo(swarm, request))
        else rejects(request, self)
      }),
    )
    const leecher = swarm.add('leecher', { knows: ['seeder'] })
    swarm.start()
    await swarm.pass(10_000)
    expect(connections[0]?.requests.length).toBeLessThan(10 * 5)
    await swarm.until(() => leecher.state === 'seeding', 60_000)
    await swarm.stop()
  })

  test('two that reject everything do not pass the requests to and fro without pause', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 1 })
    const first = listenRaw(swarm, 'first', seederThat(rejects))
    const second = listenRaw(swarm, 'second', seederThat(rejects))
    swarm.add('leecher', { knows: ['first', 'second'] })
    swarm.start()
    await swarm.pass(10_000)
    expect((first[0]?.requests.length ?? 0) + (second[0]?.requests.length ?? 0)).toBeLessThan(200)
    await swarm.stop()
  })
})
