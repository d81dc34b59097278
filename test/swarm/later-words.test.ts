import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../machines/piece-set.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { answerTo, dialRaw, listenRaw, type Script } from '../hostile/raw-peer.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm } from './swarm.ts'

const pieces = 12
const bitfield = (set: PieceSet): Message => ({ name: 'bitfield', bits: set.toBits() })
const first = (count: number) => Array.from({ length: count }, (_, i) => i).reduce((set, i) => set.with(i), none)
const none = PieceSet.none(pieces)
const plain = { extended: false, fast: false, dht: false }
const fast = { ...plain, fast: true }

const swarmOf = () => createSwarm({ encryption: 'none', latencyMs: 5, pieces })

describe('what a peer says of its pieces in mid-connection takes the place of what it said', () => {
  test.each([
    ['with the Fast extension', fast, false],
    ['without it', plain, false],
    ['of a magnet link that we lack the metadata of at first', { ...fast, extended: true }, true],
  ])(
    'who tells of one piece after the other by whole bitfields is downloaded from, %s',
    async (_, features, magnet) => {
      const swarm = swarmOf()
      let has = 1
      const raws = listenRaw(swarm, 'aria2', {
        features,
        greets: [bitfield(first(1)), { name: 'unchoke' }],
        hears(message, self) {
          if (message.name !== 'request') return
          for (const request of message.requests) {
            self.say(answerTo(swarm, request))
            if (request.index === has - 1 && has < pieces) self.say(bitfield(first(++has)))
          }
        },
      })
      if (magnet) swarm.add('seeder', { has: [0] })
      const leecher = swarm.add('leecher', { magnet, knows: magnet ? ['seeder', 'aria2'] : ['aria2'] })
      swarm.start()
      await swarm.until(() => leecher.state === 'seeding', 60_000)
      expect(await leecher.isWhole()).toBe(true)
      expect(raws).toHaveLength(1)
      await swarm.stop()
    },
  )

  test('who takes everything back is not interesting any more, and is asked for nothing', async () => {
    const swarm = swarmOf()
    const [raw] = [
      listenRaw(swarm, 'turncoat', { features: plain, greets: [bitfield(first(pieces)), { name: 'unchoke' }] }),
    ]
    const leecher = swarm.add('leecher', { knows: ['turncoat'] })
    swarm.start()
    await swarm.until(() => (raw[0]?.all('request').length ?? 0) > 0, 10_000)
    const stand = () => {
      const codes = leecher.torrent.explain().download.map(({ code }) => code)
      const asked = new Set(
        peersOf(leecher.torrent).flatMap((peer) => peer.getSnapshot().context.outstanding.map(({ index }) => index)),
      )
      return { isObtainable: !codes.includes('pieces_unavailable'), asked }
    }
    expect(stand().isObtainable).toBe(true)
    expect(stand().asked.size).toBeGreaterThan(0)
    raw[0]?.say(bitfield(none))
    await swarm.pass(100)
    expect(stand()).toEqual({ isObtainable: false, asked: new Set() })
    expect(raw[0]?.heard.at(-1)).toEqual({ name: 'not_interested' })
    raw[0]?.say(bitfield(first(2)))
    await swarm.pass(100)
    expect(raw[0]?.heard.map(({ name }) => name)).toContain('interested')
    expect(stand()).toEqual({ isObtainable: true, asked: new Set([0, 1]) })
    await swarm.stop()
  })

  test.each<[string, Script['features'], Message]>([
    ['a bitfield', plain, bitfield(first(pieces))],
    ['have_all', fast, { name: 'have_all' }],
  ])('two that have everything part, also when %s says so at the end', async (_, features, last) => {
    const swarm = swarmOf()
    const seeder = swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.pass(100)
    const raw = dialRaw(swarm, 'aria2', 'seeder', { ...(features && { features }), greets: [bitfield(first(3))] })
    await swarm.pass(1_000)
    const summary = () => seeder.torrent.peers[0]
    expect(summary()).toMatchObject({ state: 'open', pieces: 3 })
    raw.say(last)
    await swarm.pass(1_000)
    expect(raw.end).toMatchObject({ code: 'end' })
    expect(seeder.emittedOf('peer').at(-1)?.peer).toMatchObject({ reason: 'local.nothing_to_trade', pieces })
    await swarm.stop()
  })

  test('who says in the end that it has less than it said is seeded to', async () => {
    const swarm = swarmOf()
    swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.pass(100)
    const raw = dialRaw(swarm, 'aria2', 'seeder', {
      features: fast,
      greets: [{ name: 'have_none' }],
      hears(message, self) {
        if (message.name === 'unchoke')
          self.say({ name: 'request', requests: [{ index: 0, begin: 0, length: 16_384 }] })
      },
    })
    await swarm.pass(100)
    raw.say(bitfield(first(pieces).without(4)), bitfield(first(1)), { name: 'interested' })
    await swarm.until(() => raw.all('piece').length > 0, 20_000)
    expect(raw.end).toBeUndefined()
    await swarm.stop()
  })
})
