import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chokeRoundMs, defaultSlots, optimisticRounds } from '../../machines/torrent/choking/algorithm/choke-round.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { answerTo, dialRaw, listenRaw, seederThat } from '../hostile/raw-peer.ts'
import { runs } from '../in-full.ts'
import { createSwarm, type Swarm } from './swarm.ts'

const noFast = { extended: false, fast: false, dht: false }
const placeOf = ({ index, begin }: BlockRequest) => `${index}/${begin}`

/** What a raw peer was last told. */
const isInteresting = (raw: ScriptedRemote) =>
  raw.heard.findLast(({ name }) => name === 'interested' || name === 'not_interested')?.name === 'interested'
const isUnchoked = (raw: ScriptedRemote) =>
  raw.heard.findLast(({ name }) => name === 'choke' || name === 'unchoke')?.name === 'unchoke'

describe('blocks that a peer was asked for', () => {
  test.each([
    ['chokes', (raw: ScriptedRemote) => raw.say({ name: 'choke' })],
    ['leaves', (raw: ScriptedRemote) => raw.connection.destroy()],
  ])('are free at once when it %s, and another peer is asked for them', async (_, goes) => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 10 })
    const gone = listenRaw(swarm, 'gone', { ...seederThat(() => {}), features: noFast, greets: [allPieces] })
    let answers = false
    const good = listenRaw(
      swarm,
      'good',
      seederThat((request, self) => {
        if (answers) self.say(answerTo(swarm, request))
      }),
    )
    const { torrent } = swarm.add('a', { knows: ['gone', 'good'] })
    swarm.start()
    await swarm.pass(900)
    const lost = gone[0]?.requests.map(placeOf) ?? []
    expect(lost.length).toBeGreaterThan(0)
    expect(good[0]?.requests.map(placeOf)).not.toEqual(expect.arrayContaining(lost))
    if (gone[0]) goes(gone[0])
    await swarm.pass(50)
    expect(torrent.peers.reduce((sum, { blocksInflight }) => sum + blocksInflight, 0)).toBe(good[0]?.requests.length)
    answers = true
    // The good one is slow to answer what it was asked before; what comes free is asked of it with its first answer.
    for (const request of good[0]?.requests ?? []) good[0]?.say(answerTo(swarm, request))
    await swarm.pass(500)
    expect(good[0]?.requests.map(placeOf)).toEqual(expect.arrayContaining(lost))
    await swarm.stop()
  })

  test('in endgame are asked of others too, and cancelled where they are not needed any more', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 10 })
    const slow = listenRaw(
      swarm,
      'slow',
      seederThat(() => {}),
    )
    listenRaw(
      swarm,
      'good',
      seederThat((request, self) => self.say(answerTo(swarm, request))),
    )
    const member = swarm.add('a', { knows: ['slow', 'good'] })
    swarm.start()
    await swarm.until(() => member.state === 'seeding', 5_000)
    await swarm.pass(1_000)
    const cancelled = slow[0]?.heard.flatMap((message) => (message.name === 'cancel' ? message.requests : [])) ?? []
    expect(slow[0]?.requests.length).toBeGreaterThan(0)
    expect(cancelled.map(placeOf).sort()).toEqual(slow[0]?.requests.map(placeOf).sort())
    // Nothing came twice.
    expect(member.torrent.progress.downloaded).toBe(swarm.data.length)
    await swarm.stop()
  })
})

test('a verified piece is told to every open peer, once, whoever they are', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 10 })
  const half = { greets: [{ name: 'bitfield', bits: Uint8Array.of(0xf0) }] } as const
  const raws = [listenRaw(swarm, 'half', half), listenRaw(swarm, 'none', { greets: [{ name: 'have_none' }] })]
  const mute = listenRaw(swarm, 'mute', { features: noFast })
  swarm.add('seeder', { has: 'all' })
  const member = swarm.add('a', { knows: ['half', 'none', 'mute', 'seeder'] })
  swarm.start()
  await swarm.until(() => member.state === 'seeding')
  await swarm.pass(100)
  for (const [raw] of [...raws, mute]) {
    const told = raw?.heard.flatMap((message) => (message.name === 'have' ? message.index : []))
    expect(told?.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  }
  await swarm.stop()
})

test('we are interested in exactly the peers that have a piece we lack, at all times', async () => {
  const pieces = 6
  const peer = fc.integer({ min: 0, max: 2 })
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ does: fc.constant('has' as const), peer, index: fc.nat(pieces - 1) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('serves' as const), peer, index: fc.nat(2) }) },
  )
  const bitfields = fc.array(fc.integer({ min: 0, max: 63 }), { minLength: 3, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(bitfields, fc.array(step, { maxLength: 12 }), async (starts, steps) => {
      const swarm = createSwarm({ pieces })
      const has = starts.map(
        (bits) => new Set(Array.from({ length: pieces }, (_, i) => i).filter((i) => (bits >> i) & 1)),
      )
      let servings: number[] = [0, 0, 0]
      const member = swarm.add('a')
      swarm.start()
      await swarm.pass(10)
      const raws = has.map((set, i) =>
        dialRaw(swarm, `raw ${i}`, 'a', {
          greets: [{ name: 'bitfield', bits: bitsOf(set) }],
          hears(message, self) {
            if (message.name !== 'request') return
            for (const request of message.requests) if ((servings[i] ?? 0) > 0) self.say(answerTo(swarm, request))
          },
        }),
      )
      const check = () => {
        const have = new Set(member.emittedOf('piece').map(({ index }) => index))
        for (const [i, raw] of raws.entries()) {
          if (raw.end !== undefined) continue
          const wanted = [...(has[i] ?? [])].some((index) => !have.has(index))
          expect(isInteresting(raw)).toBe(wanted)
        }
      }
      await swarm.pass(10)
      check()
      for (const { does, peer: at, index } of steps) {
        const raw = raws[at]
        if (raw === undefined || raw.end !== undefined) continue
        if (does === 'has') {
          if (!has[at]?.has(index)) raw.say({ name: 'have', index })
          has[at]?.add(index)
        } else {
          servings = servings.map((count, i) => (i === at ? index + 1 : count))
          raw.say({ name: 'unchoke' })
        }
        await swarm.pass(10)
        check()
      }
      await swarm.stop()
    }),
    { numRuns: runs(8, 30), seed: 6881 },
  )
})

describe('unchoked are', () => {
  const interestedPeers = async (swarm: Swarm, count: number) => {
    await swarm.pass(100)
    return Array.from({ length: count }, (_, i) =>
      dialRaw(swarm, `raw ${i}`, 'seeder', { greets: [{ name: 'have_none' }, { name: 'interested' }] }),
    )
  }

  test('as many interested peers as there are slots, at once; nobody else until a round', async () => {
    const swarm = createSwarm({ latencyMs: 5 })
    swarm.add('seeder', { has: 'all' })
    swarm.start()
    const raws = await interestedPeers(swarm, 7)
    await swarm.pass(1_000)
    expect(raws.filter(isUnchoked)).toHaveLength(defaultSlots)
    await swarm.stop()
  })

  test('never more than the slots, and everybody in turn', async () => {
    const swarm = createSwarm({ latencyMs: 5 })
    swarm.add('seeder', { has: 'all', slots: 2 })
    swarm.start()
    const raws = await interestedPeers(swarm, 6)
    const seen = new Set<number>()
    for (let round = 0; round < 12 * optimisticRounds; round++) {
      await swarm.pass(chokeRoundMs)
      expect(raws.filter(isUnchoked).length).toBeLessThanOrEqual(2)
      for (const [i, raw] of raws.entries()) if (isUnchoked(raw)) seen.add(i)
      for (const raw of raws) raw.say({ name: 'keep_alive' })
    }
    expect(seen.size).toBe(6)
    await swarm.stop()
  })

  test('whoever becomes interested while a slot is free, at once', async () => {
    const swarm = createSwarm({ latencyMs: 5 })
    swarm.add('seeder', { has: 'all', slots: 1 })
    swarm.start()
    const [first, second] = await interestedPeers(swarm, 2)
    await swarm.pass(100)
    expect([first && isUnchoked(first), second && isUnchoked(second)]).toEqual([true, false])
    first?.connection.destroy()
    await swarm.pass(100)
    second?.say({ name: 'not_interested' }, { name: 'interested' })
    await swarm.pass(100)
    expect(second && isUnchoked(second)).toBe(true)
    await swarm.stop()
  })
})

const allPieces = { name: 'bitfield', bits: Uint8Array.of(0xff) } as const

function bitsOf(pieces: ReadonlySet<number>): Uint8Array {
  const bits = new Uint8Array(1)
  for (const index of pieces) bits[0] = (bits[0] ?? 0) | (0x80 >> index)
  return bits
}
