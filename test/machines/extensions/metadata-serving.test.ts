import { describe, expect, it } from 'vitest'
import {
  type MetadataAnswer,
  type MetadataLink,
  MetadataServing,
  metadataHostsMax,
  metadataPace,
} from '../../../machines/extensions/metadata-serving.ts'

const minute = 60_000

const free: MetadataLink = { isCongested: false, limit: Number.POSITIVE_INFINITY }
const congested = { ...free, isCongested: true }

/** Where a peer is; it is alone on its host, and nothing holds it back, if that is not said. */
interface Who {
  readonly peer: number
  readonly host?: string
  readonly link?: () => MetadataLink
}

/** One request of a peer. */
function askOne(
  serving: MetadataServing,
  { peer, host = `10.0.0.${peer}`, link = () => free }: Who,
  piece: number,
  pieceCount: number,
  at = 0,
) {
  return serving.answer({ peer, address: { host, port: 6881 }, link, piece, pieceCount, at })
}

/** A peer asks `times` times for pieces in turn, all at `at`. */
function ask(serving: MetadataServing, times: number, pieceCount: number, at = 0, who: Who = { peer: 1 }) {
  return Array.from({ length: times }, (_, i) => askOne(serving, who, i % pieceCount, pieceCount, at))
}
const count = (answers: readonly MetadataAnswer[], ...which: readonly MetadataAnswer[]): number =>
  answers.filter((answer) => which.includes(answer)).length
const served = (answers: readonly MetadataAnswer[]): number => count(answers, 'give', 'wait')

/** All that still comes of what waits, tick by tick. */
function drain(serving: MetadataServing) {
  const ticks: ReturnType<MetadataServing['tick']>[] = []
  for (let turn = serving.tick(); turn.length > 0; turn = serving.tick()) ticks.push(turn)
  return ticks
}

describe('serving metadata (BEP 9)', () => {
  it.each([-1, 3, 1e9, 0.5, Number.NaN])('rejects piece %d of 3', (piece) => {
    expect(askOne(new MetadataServing(), { peer: 1 }, piece, 3)).toBe('reject')
  })

  it('rejects while there is no metadata, and serves when there is', () => {
    const serving = new MetadataServing()
    expect(askOne(serving, { peer: 1 }, 0, 0)).toBe('reject')
    expect(askOne(serving, { peer: 1 }, 0, 1)).toBe('give')
  })
})

describe('how much of it', () => {
  it.each([1, 3, 100, 640])('is the whole of %i pieces twice at once', (pieceCount) => {
    expect(served(ask(new MetadataServing(), 2 * pieceCount, pieceCount))).toBe(2 * pieceCount)
  })

  it.each([100, 640])('is the whole of %i pieces again after five minutes', (pieceCount) => {
    const serving = new MetadataServing()
    ask(serving, 2 * pieceCount, pieceCount)
    drain(serving)
    const again = ask(serving, 2 * pieceCount, pieceCount, 5 * minute)
    expect([served(again), count(again, 'reject')]).toEqual([pieceCount, pieceCount])
  })

  it('rejects a flood, and closes on one that goes on', () => {
    const answers = ask(new MetadataServing(), 2_000, 200)
    expect(answers.indexOf('reject')).toBe(400)
    expect(answers.indexOf('metadata_flood')).toBe(800)
    expect(answers.lastIndexOf('reject')).toBe(799)
  })

  it('bears a peer that asks for short metadata again and again for a while', () => {
    const answers = ask(new MetadataServing(), 1_000, 1)
    expect([served(answers), count(answers, 'reject')]).toEqual([64, 256])
  })

  it('closes on a flood of requests that cannot be served', () => {
    const serving = new MetadataServing()
    const answers = Array.from({ length: 300 }, () => askOne(serving, { peer: 1 }, 0, 0))
    expect(answers.indexOf('metadata_flood')).toBe(256)
  })

  it('bears an honest peer that is rejected and asks again once a minute', () => {
    const serving = new MetadataServing()
    for (let i = 0; i < 1_000; i++) expect(askOne(serving, { peer: 1 }, 0, 0, i * minute)).toBe('reject')
  })

  it('is the same for a peer that connects anew, from any port', () => {
    const serving = new MetadataServing()
    let total = 0
    for (let peer = 1; peer <= 20; peer++) {
      total += served(ask(serving, 300, 100, 0, { peer, host: '10.0.0.1' }))
      serving.left(peer)
    }
    expect(total).toBe(200)
  })

  it('is counted for each host apart', () => {
    const serving = new MetadataServing()
    ask(serving, 200, 100, 0, { peer: 1 })
    expect(served(ask(serving, 200, 100, 0, { peer: 2 }))).toBe(200)
  })

  it('is counted for each connection apart where all share one host: on loopback', () => {
    const serving = new MetadataServing()
    const local = (peer: number, port: number) =>
      served(
        Array.from({ length: 100 }, () =>
          serving.answer({
            peer,
            address: { host: '127.0.0.1', port },
            link: () => free,
            piece: 0,
            pieceCount: 1,
            at: 0,
          }),
        ),
      )
    expect([local(1, 50_001), local(2, 50_002)]).toEqual([64, 64])
  })

  it('puts no peer at fault for a flood of others of its host', () => {
    const serving = new MetadataServing()
    ask(serving, 1_000, 100, 0, { peer: 1, host: '10.0.0.1' })
    expect(new Set(ask(serving, 200, 100, 0, { peer: 2, host: '10.0.0.1' }))).toEqual(new Set(['reject']))
  })

  it('is forgotten of the host that has not asked for longest, when there are too many', () => {
    const serving = new MetadataServing()
    const host = (i: number) => ({ peer: i, host: `10.1.${i >> 8}.${i & 255}` })
    ask(serving, 64, 1, 0, host(0))
    ask(serving, 64, 1, 0, host(1))
    for (let i = 2; i < metadataHostsMax; i++) askOne(serving, host(i), 0, 1)
    expect(askOne(serving, host(0), 0, 1)).toBe('reject')
    askOne(serving, host(metadataHostsMax), 0, 1)
    expect(served([askOne(serving, host(1), 0, 1)])).toBe(1)
    expect(askOne(serving, host(0), 0, 1)).toBe('reject')
  })
})

describe('the pace', () => {
  /** 6 MiB. */
  const pieceCount = 384
  const all = [...Array(pieceCount).keys()]

  it('of 6 MiB asked for at once is 1 MiB a second, in order, each piece once', () => {
    const serving = new MetadataServing()
    const answers = ask(serving, pieceCount, pieceCount)
    expect(answers.indexOf('wait')).toBe(metadataPace)
    expect([count(answers, 'give'), count(answers, 'wait')]).toEqual([metadataPace, pieceCount - metadataPace])
    const ticks = drain(serving)
    expect(ticks.map(({ length }) => length)).toEqual([64, 64, 64, 64, 64])
    expect(ticks.flat()).toEqual(all.slice(metadataPace).map((piece) => ({ peer: 1, piece })))
  })

  it('is kept by what is asked for between two ticks', () => {
    const serving = new MetadataServing()
    ask(serving, 100, pieceCount)
    expect(serving.tick()).toHaveLength(36)
    expect(count(ask(serving, 100, pieceCount), 'give')).toBe(28)
    expect(drain(serving).map(({ length }) => length)).toEqual([64, 8])
  })

  it('is that of each peer: none waits for another', () => {
    const serving = new MetadataServing()
    ask(serving, pieceCount, pieceCount, 0, { peer: 1 })
    expect(new Set(ask(serving, 64, pieceCount, 0, { peer: 2 }))).toEqual(new Set(['give']))
    ask(serving, 64, pieceCount, 0, { peer: 2 })
    const turn = serving.tick()
    expect([1, 2].map((peer) => turn.filter((one) => one.peer === peer).length)).toEqual([64, 64])
  })

  it('does not go on for a peer that left', () => {
    const serving = new MetadataServing()
    ask(serving, pieceCount, pieceCount, 0, { peer: 1 })
    ask(serving, 100, pieceCount, 0, { peer: 2 })
    serving.left(1)
    expect(
      new Set(
        drain(serving)
          .flat()
          .map(({ peer }) => peer),
      ),
    ).toEqual(new Set([2]))
  })

  it('lets no more wait than may be served: the whole twice', () => {
    const serving = new MetadataServing()
    ask(serving, 10_000, pieceCount)
    expect(drain(serving).flat()).toHaveLength(2 * pieceCount - metadataPace)
  })

  it('lets no more wait for a peer that never reads, however long it goes on asking', () => {
    const serving = new MetadataServing()
    const who = { peer: 1, link: () => congested }
    for (let i = 0; i < 10; i++) ask(serving, 700, pieceCount, i * 10 * minute, who)
    const [asked] = ask(serving, 1, pieceCount, 200 * minute, { ...who, host: '10.0.0.9' })
    expect(asked).toBe('reject')
  })
})

describe('peers that do not read, and limits', () => {
  const pieceCount = 100
  const all = [...Array(pieceCount).keys()]
  const limited = (limit: number) => () => ({ isCongested: false, limit })
  /** How many pieces each tick gives, of so many. */
  const given = (serving: MetadataServing, ticks: number) => Array.from({ length: ticks }, () => serving.tick().length)

  it('gives nothing while what was sent piles up, and then all, in the order it was asked for', () => {
    const serving = new MetadataServing()
    let link = congested
    const who = { peer: 1, link: () => link }
    const early = ask(serving, 99, pieceCount, 0, who)
    expect([count(early, 'wait'), given(serving, 3)]).toEqual([99, [0, 0, 0]])
    link = free
    expect(askOne(serving, who, 99, pieceCount)).toBe('wait')
    expect(
      drain(serving)
        .flat()
        .map(({ piece }) => piece),
    ).toEqual(all)
  })

  it('stops amid a run of requests when the socket fills', () => {
    let left = 5
    const link = () => ({ ...free, isCongested: left-- <= 0 })
    expect(count(ask(new MetadataServing(), 10, pieceCount, 0, { peer: 1, link }), 'give')).toBe(5)
  })

  it.each([50_000, 1_000_000])('takes half of %i bytes a second at most, of all that ask together', (limit) => {
    const serving = new MetadataServing()
    for (let peer = 1; peer <= 20; peer++) ask(serving, 200, pieceCount, 0, { peer, link: limited(limit) })
    const bytes = given(serving, 60).reduce((sum, pieces) => sum + pieces * 16_384, 0)
    expect(bytes).toBeLessThanOrEqual(30.5 * limit)
    expect(bytes).toBeGreaterThan(29 * limit)
  })

  it('gives one peer after the other where a limit is short', () => {
    const serving = new MetadataServing()
    for (let peer = 1; peer <= 4; peer++) ask(serving, 50, pieceCount, 0, { peer, link: limited(50_000) })
    const peers = Array.from({ length: 20 }, () => serving.tick().map(({ peer }) => peer)).flat()
    for (let peer = 1; peer <= 4; peer++)
      expect(peers.filter((one) => one === peer).length).toBeGreaterThanOrEqual(peers.length / 4 - 1)
  })

  it('lets the low limit of one peer hold up no other', () => {
    const serving = new MetadataServing()
    ask(serving, 50, pieceCount, 0, { peer: 1, link: limited(1) })
    ask(serving, 200, pieceCount, 0, { peer: 2 })
    expect(serving.tick()).toHaveLength(64)
    expect(askOne(serving, { peer: 3, link: limited(1e9) }, 0, pieceCount)).toBe('wait')
    serving.left(1)
    serving.tick()
    expect(serving.tick().filter(({ peer }) => peer === 2)).toHaveLength(8)
    expect(askOne(serving, { peer: 4, link: limited(1e9) }, 0, pieceCount)).toBe('give')
  })
})
