import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstPexMs, PexLog, type PexReceiver, pexIntervalMs, toldMax } from '../../../machines/extensions/pex-log.ts'
import { PexRoster } from '../../../machines/extensions/pex-roster.ts'
import { addressKey, distance, formatAddress } from '../../../transport/address.ts'
import { pexEntriesSentMax } from '../../../transport/wire/extended/pex-limits.ts'
import type { PexContact } from '../../../transport/wire/extended/ut-pex.ts'

const contact = (i: number, flags = 0x10): PexContact => ({
  address: i % 2 === 0 ? { host: `10.0.${i >> 8}.${i & 255}`, port: 6881 } : { host: `2001:db8::${i}`, port: 6881 },
  flags,
})
const contacts = (from: number, to: number): PexContact[] =>
  Array.from({ length: to - from }, (_, i) => contact(from + i))

/** What a receiver on this machine, to which every peer may be of use, is told of those said to be connected. */
function logFrom(openedAt: number, receiver: PexReceiver = { distance: distance('127.0.0.1'), key: undefined }) {
  const log = new PexLog(openedAt)
  let generation = 0
  return {
    isDue: (at: number) => log.isDue({ generation: generation + 1 }, at),
    next(connected: readonly PexContact[], at: number) {
      const roster = new PexRoster()
      for (const [peer, { address, flags }] of connected.entries()) roster.put(peer, address, () => flags)
      generation++
      return log.next({ entries: roster.entries, generation }, receiver, at)
    },
  }
}

const first = firstPexMs
const nth = (n: number): number => firstPexMs + n * pexIntervalMs

describe('what a peer is told by ut_pex (BEP 11)', () => {
  it('is at first every peer that is connected, with its flags', () => {
    const log = logFrom(1000)
    const connected = [contact(0, 0x12), contact(1, 0x01)]
    expect(log.next(connected, 1000 + first - 1)).toBeUndefined()
    expect(log.next(connected, 1000 + first)).toEqual({ added: connected, dropped: [] })
  })

  it('is after that which peers came and which went', () => {
    const log = logFrom(0)
    log.next([contact(0), contact(1)], first)
    expect(log.next([contact(1), contact(2)], nth(1))).toEqual({ added: [contact(2)], dropped: [contact(0).address] })
  })

  it('comes at least a minute apart, for webtorrent closes on less', () => {
    const log = logFrom(0)
    log.next([contact(0)], first)
    expect(pexIntervalMs).toBeGreaterThan(60_000)
    expect(log.next([contact(1)], nth(1) - 1)).toBeUndefined()
    expect(log.next([contact(1)], nth(1))).toBeDefined()
  })

  it('is nothing while nothing is new, and what is new within seconds when it is overdue', () => {
    const log = logFrom(0)
    expect(log.next([], first)).toBeUndefined()
    expect([log.isDue(2 * first - 1), log.next([contact(0)], 2 * first - 1)]).toEqual([false, undefined])
    expect([log.isDue(2 * first), log.next([contact(0)], 2 * first)?.added]).toEqual([true, [contact(0)]])
    expect(log.next([contact(0)], nth(5))).toBeUndefined()
    expect(log.next([contact(0), contact(1)], nth(5) + first)).toEqual({ added: [contact(1)], dropped: [] })
  })

  it('is 50 added and 50 dropped at most, both families together, and the rest in the next message', () => {
    const log = logFrom(0)
    expect(log.next(contacts(0, 70), first)?.added).toEqual(contacts(0, 50))
    expect(log.next(contacts(0, 70), nth(1))).toEqual({ added: contacts(50, 70), dropped: [] })
    const gone = contacts(0, 70).map(({ address }) => address)
    expect(log.next(contacts(100, 110), nth(2))).toEqual({ added: contacts(100, 110), dropped: gone.slice(0, 50) })
    expect(log.next(contacts(100, 110), nth(3))).toEqual({ added: [], dropped: gone.slice(50) })
  })

  it('is nothing about peers that came and went, or went and came back, between two messages', () => {
    const log = logFrom(0)
    log.next([contact(0)], first)
    log.next([contact(0), contact(1)], nth(1) - 10)
    log.next([], nth(1) - 5)
    expect(log.next([contact(0)], nth(1))).toBeUndefined()
  })

  it('is one address once, however it is spelt', () => {
    const log = logFrom(0)
    const plain = { address: { host: '192.0.2.1', port: 1 }, flags: 0 }
    const mapped = { address: { host: '::ffff:192.0.2.1', port: 1 }, flags: 0 }
    const elsewhere = { address: { host: '192.0.2.1', port: 2 }, flags: 0 }
    expect(log.next([plain, mapped, elsewhere], first)?.added).toHaveLength(2)
    expect(log.next([mapped, elsewhere], nth(1))).toBeUndefined()
  })

  it('is not the receiver, also when where it listens becomes known late, and no address too near to us', () => {
    const near = { address: { host: '10.0.0.9', port: 6881 }, flags: 0 }
    const [own, other] = [contact(1), contact(3)]
    const outside = { distance: distance('198.51.100.1'), key: addressKey(own.address) }
    expect(logFrom(0, outside).next([own, near, other], first)).toEqual({ added: [other], dropped: [] })
    const roster = new PexRoster()
    roster.put(0, own.address, () => 0)
    const log = new PexLog(0)
    expect(log.next(roster, { ...outside, key: undefined }, first)?.added).toHaveLength(1)
    expect(log.next(roster, outside, nth(1))).toEqual({ added: [], dropped: [own.address] })
  })

  it('is 200 addresses at a time; others follow as these go', () => {
    const log = logFrom(0)
    const rounds = toldMax / pexEntriesSentMax
    for (let n = 0; n < rounds; n++) expect(log.next(contacts(0, 300), nth(n))?.added).toHaveLength(pexEntriesSentMax)
    expect(log.next(contacts(0, 300), nth(rounds))).toBeUndefined()
    expect(log.next(contacts(10, 300), nth(rounds + 1))).toEqual({
      added: contacts(200, 210),
      dropped: contacts(0, 10).map(({ address }) => address),
    })
  })

  it('is nothing, and looks at no peer, as long as none has come or gone since all was said', () => {
    const roster = new PexRoster()
    for (const [i, { address }] of contacts(0, 60).entries()) roster.put(i, address, () => 0)
    const log = new PexLog(0)
    const anywhere = { distance: 0, key: undefined }
    const tell = (n: number) => log.next(roster, anywhere, nth(n))?.added.length
    expect([0, 1, 2].map(tell)).toEqual([50, 10, undefined])
    expect(log.isDue(roster, nth(1_000))).toBe(false)
    roster.put(60, contact(60).address, () => 0)
    expect([log.isDue(roster, nth(2) + first - 1), log.isDue(roster, nth(2) + first)]).toEqual([false, true])
    expect(tell(3)).toBe(1)
  })

  it('leads a peer that follows it to the peers that stay connected, by lawful steps', () => {
    const step = fc.record({ waitMs: fc.nat(80_000), connected: fc.uniqueArray(fc.nat(150), { maxLength: 120 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const log = logFrom(0)
        const follower = new Set<string>()
        let at = 0
        let last = Number.NEGATIVE_INFINITY
        const hear = (connected: readonly PexContact[]): void => {
          const news = log.next(connected, at)
          if (!news) return
          expect(at - last).toBeGreaterThanOrEqual(pexIntervalMs)
          last = at
          expect(news.added.length + news.dropped.length).toBeGreaterThan(0)
          expect(Math.max(news.added.length, news.dropped.length)).toBeLessThanOrEqual(pexEntriesSentMax)
          for (const address of news.dropped) expect(follower.delete(formatAddress(address))).toBe(true)
          for (const one of news.added) {
            expect(connected).toContainEqual(one)
            expect(news.dropped).not.toContainEqual(one.address)
            expect(follower.has(formatAddress(one.address))).toBe(false)
            follower.add(formatAddress(one.address))
          }
          expect(follower.size).toBeLessThanOrEqual(toldMax)
        }
        for (const { waitMs, connected } of steps) {
          at += waitMs
          hear(connected.map((i) => contact(i)))
        }
        const stay = (steps.at(-1)?.connected ?? []).map((i) => contact(i))
        for (let i = 0; i < 10; i++) {
          at += pexIntervalMs
          hear(stay)
        }
        expect([...follower].sort()).toEqual(stay.map(({ address }) => formatAddress(address)).sort())
      }),
    )
  })
})
