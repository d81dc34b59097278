import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowedFastCount, allowedFastSet } from '../../machines/torrent/upload/allowed-fast-set.ts'
import type { Heard } from '../../testing/remote/heard.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { seededRandom } from '../../transport/random.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { coreOf } from '../core-of.ts'
import { answerTo, dialRaw, listenRaw, type Script } from '../hostile/raw-peer.ts'
import { longTest, runs } from '../in-full.ts'
import { peersOf } from '../peers-of.ts'
import { sha1 } from '../storage/support.ts'
import { blockBytes } from './sample.ts'
import { createSwarm, type Member, nobody, type Swarm } from './swarm.ts'

const keyOf = ({ index, begin }: { readonly index: number; readonly begin: number }) => `${index}/${begin}`

/** The pieces BEP 6 grants a host. */
const canonicalSet = ({ metainfo }: Swarm, host: string): number[] => {
  const pieceCount = metainfo.pieceHashes.length / 20
  return allowedFastSet({ host, infoHash: metainfo.infoHash, pieceCount, count: allowedFastCount }, sha1)
}

describe('a peer that is never unchoked', () => {
  test('gets its allowed-fast set, whole, and asks for nothing else', async () => {
    const swarm = createSwarm({ pieces: 24, latencyMs: 20 })
    const seeder = swarm.add('10.0.0.1', { has: 'all', choker: nobody })
    const leecher = swarm.add('10.0.1.1', { knows: ['10.0.0.1'] })
    swarm.start()
    const set = canonicalSet(swarm, '10.0.1.1').sort()
    await swarm.until(() => leecher.torrent.progress.pieces === set.length, 30_000)
    await swarm.pass(60_000)
    expect(
      leecher
        .emittedOf('piece')
        .map(({ index }) => index)
        .sort(),
    ).toEqual(set)
    expect(leecher.torrent.peers).toMatchObject([{ peerChoking: true, blocksInflight: 0, reputation: 110 }])
    expect(seeder.torrent.peers).toMatchObject([{ amChoking: true }])
    expect(seeder.torrent.progress.uploaded).toBe(leecher.torrent.progress.downloaded)
    await swarm.stop()
  })

  test('of a seeder that has only now got a piece is granted its set too', async () => {
    const swarm = createSwarm({ pieces: 24, latencyMs: 20 })
    swarm.add('10.0.0.1', { has: 'all' })
    const between = swarm.add('10.0.1.1', { knows: ['10.0.0.1', '10.0.2.1'], choker: nobody })
    const last = swarm.add('10.0.2.1')
    swarm.start()
    await swarm.until(() => between.state === 'seeding', 60_000)
    await swarm.until(() => last.torrent.progress.pieces === allowedFastCount, 60_000)
    const got = last.emittedOf('piece').map(({ index }) => index)
    expect(got.sort()).toEqual(canonicalSet(swarm, '10.0.2.1').sort())
    await swarm.stop()
  })
})

longTest('peers that take turns with one slot all complete', async () => {
  const swarm = createSwarm({ pieces: 40, latencyMs: 30, bytesPerSecond: 200_000 })
  const hosts = [1, 2, 3, 4].map((n) => `10.0.${n}.1`)
  const seeder = swarm.add('10.0.0.1', { has: 'all', slots: 1 })
  const leechers = hosts.map((host, i) => swarm.add(host, { knows: ['10.0.0.1', ...hosts.slice(0, i)], slots: 1 }))
  swarm.start()
  await swarm.until(() => leechers.every(({ state }) => state === 'seeding'))
  for (const leecher of leechers) expect(await swarm.settled(leecher.isWhole())).toBe(true)
  expect([seeder, ...leechers].flatMap((member) => member.emittedOf('banned'))).toEqual([])
  await swarm.stop()
})

/** A remote with the Fast extension that lacks one piece, and does what BEP 6 lets it do whenever it is told to. */
class Whim {
  isChoking = true
  answersAtOnce = false
  servedWhileChoking = 0
  readonly #allowed = new Set<number>()
  #queue: BlockRequest[] = []
  readonly #swarm: Swarm
  readonly #raw: () => ScriptedRemote | undefined

  constructor(swarm: Swarm, host: string, pieces: number, lacks: number) {
    this.#swarm = swarm
    const bits = new Uint8Array(Math.ceil(pieces / 8))
    for (let index = 0; index < pieces; index++) {
      if (index !== lacks) bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
    }
    const script: Script = { greets: [{ name: 'bitfield', bits }], hears: (message) => this.#hear(message) }
    const raws = listenRaw(swarm, host, script)
    this.#raw = () => raws[0]
  }

  get isConnected(): boolean {
    return this.#raw() !== undefined
  }

  get end() {
    return this.#raw()?.end
  }

  choke(): void {
    if (this.isChoking) return
    this.isChoking = true
    const kept = this.#queue.filter(({ index }) => this.#allowed.has(index))
    const dropped = this.#queue.filter(({ index }) => !this.#allowed.has(index))
    this.#queue = kept
    this.#say({ name: 'choke' }, ...dropped.map((request) => this.#reject(request)))
  }

  unchoke(): void {
    if (!this.isChoking) return
    this.isChoking = false
    this.#say({ name: 'unchoke' })
  }

  allow(index: number): void {
    this.#allowed.add(index)
    this.#say({ name: 'allowed_fast', index })
  }

  suggest(index: number): void {
    this.#say({ name: 'suggest_piece', index })
  }

  /** Answers the request at a place of its queue. */
  answer(nth: number, rejects: boolean): void {
    const [request] = this.#queue.splice(nth % Math.max(1, this.#queue.length), 1)
    if (request) this.#answer(request, rejects)
  }

  /** Serves all it is asked for, from now on. */
  behave(): void {
    this.answersAtOnce = true
    while (this.#queue.length > 0) this.answer(0, false)
    this.unchoke()
  }

  #hear(message: Heard): void {
    if (message.name === 'cancel') {
      const cancelled = new Set(message.requests.map(keyOf))
      const gone = this.#queue.filter((request) => cancelled.has(keyOf(request)))
      this.#queue = this.#queue.filter((request) => !cancelled.has(keyOf(request)))
      for (const request of gone) this.#answer(request, true)
    }
    if (message.name !== 'request') return
    for (const request of message.requests) {
      if (this.isChoking && !this.#allowed.has(request.index)) this.#answer(request, true)
      else if (this.answersAtOnce) this.#answer(request, false)
      else this.#queue.push(request)
    }
  }

  #answer(request: BlockRequest, rejects: boolean): void {
    if (!rejects && this.isChoking) this.servedWhileChoking++
    this.#say(rejects ? this.#reject(request) : answerTo(this.#swarm, request))
  }

  #reject = (request: BlockRequest): Message => ({ name: 'reject_request', requests: [request] })

  #say(...messages: readonly Message[]): void {
    this.#raw()?.say(...messages)
  }
}

/** A few swarms show enough; each does its part of what must have happened. */
const numRuns = runs(3, 10)

/** What the picker has asked of each peer is what the chart of the peer has sent. */
function expectAgreement({ torrent }: Member): void {
  const { swarm, picker } = coreOf(torrent)
  for (const record of swarm.peers.values()) {
    const chart = record.ref?.getSnapshot().context
    if (!record.isMember || !chart) continue
    expect(picker.requestsOf(record.peer).map(keyOf).sort()).toEqual(chart.outstanding.map(keyOf).sort())
  }
}

test('with chokes, allowed-fast pieces, suggestions and rejects at random a download completes, block by block', async () => {
  let servedWhileChoking = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = seededRandom(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      const pieces = 16
      const swarm = createSwarm({ encryption: 'none', seed, pieces, blocksPerPiece: 4, latencyMs: 10 })
      const hosts = ['b', 'c', 'd']
      const whims = hosts.map((host, i) => new Whim(swarm, host, pieces, i))
      const member = swarm.add('a', { knows: hosts })
      swarm.start()
      await swarm.until(() => whims.every(({ isConnected }) => isConnected), 5_000)
      await swarm.pass(100)
      const deeds: ((whim: Whim) => void)[] = [
        (whim) => whim.choke(),
        (whim) => whim.unchoke(),
        (whim) => whim.allow(below(pieces)),
        (whim) => whim.suggest(below(pieces)),
        (whim) => whim.answer(below(20), true),
        ...new Array<(whim: Whim) => void>(5).fill((whim) => whim.answer(below(20), false)),
      ]
      for (let step = 0; step < 150; step++) {
        const whim = whims[below(whims.length)]
        if (whim) deeds[below(deeds.length)]?.(whim)
        if (random() < 0.6) await swarm.pass(below(40))
        if (random() < 0.02) await swarm.pass(25_000)
        expectAgreement(member)
      }
      for (const whim of whims) whim.behave()
      await swarm.until(() => member.state === 'seeding', 300_000)
      await swarm.pass(1_000)
      expectAgreement(member)
      expect(whims.map(({ end }) => end)).toEqual([undefined, undefined, undefined])
      for (const peer of peersOf(member.torrent)) {
        expect(peer.getSnapshot().context).toMatchObject({ outstanding: [], owed: [] })
      }
      expect(await swarm.settled(member.isWhole())).toBe(true)
      for (const whim of whims) servedWhileChoking += whim.servedWhileChoking
      await swarm.stop()
    }),
    { numRuns },
  )
  expect(servedWhileChoking).toBeGreaterThan(10 * numRuns)
})

test('whatever is asked, choked or not, each request has exactly one answer (BEP 6)', async () => {
  let servedWhileChoked = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = seededRandom(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      const pieces = 16
      const swarm = createSwarm({ encryption: 'none', seed, pieces, blocksPerPiece: 2, latencyMs: 10 })
      const member = swarm.add('10.0.0.1', { has: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], slots: 1 })
      swarm.start()
      await swarm.until(() => member.emittedOf('listening').length > 0)
      const askers = ['10.0.1.1', '10.0.2.1', '10.0.3.1'].map((host) => {
        const asked: BlockRequest[] = []
        const answered: BlockRequest[] = []
        let isChoked = true
        const raw = dialRaw(swarm, host, '10.0.0.1', {
          greets: [{ name: 'have_none' }, { name: 'interested' }],
          hears(message) {
            if (message.name === 'choke' || message.name === 'unchoke') isChoked = message.name === 'choke'
            if (message.name === 'reject_request') answered.push(...message.requests)
            if (message.name !== 'piece') return
            if (isChoked) servedWhileChoked++
            for (const { index, begin, data } of message.blocks) answered.push({ index, begin, length: data.length })
          },
        })
        return { raw, asked, answered }
      })
      await swarm.pass(500)
      for (let step = 0; step < 150; step++) {
        const asker = askers[below(askers.length)]
        if (!asker) continue
        const { raw, asked } = asker
        const deed = random()
        if (deed < 0.7) {
          const request = { index: below(pieces - 1), begin: below(2) * blockBytes, length: blockBytes }
          asked.push(request)
          raw.say({ name: 'request', requests: [request] })
        } else if (deed < 0.85) {
          const request = asked[below(asked.length)]
          if (request) raw.say({ name: 'cancel', requests: [request] })
        } else if (deed < 0.92) {
          raw.say({ name: 'not_interested' })
        } else {
          raw.say({ name: 'interested' })
        }
        if (random() < 0.3) await swarm.pass(below(40))
        if (random() < 0.05) await swarm.pass(10_000)
      }
      await swarm.pass(5_000)
      for (const { raw, asked, answered } of askers) {
        expect(raw.end).toBeUndefined()
        expect(answered.map(keyOf).sort()).toEqual(asked.map(keyOf).sort())
      }
      await swarm.stop()
    }),
    { numRuns },
  )
  expect(servedWhileChoked).toBeGreaterThan(10 * numRuns)
})
