import { describe, expect, it } from 'vitest'
import { PexIntake, pexGapMinMs, pexSourceMax } from '../../../machines/torrent/pex-intake.ts'
import type { PexContact } from '../../../transport/wire/extended/ut-pex.ts'

const contact = (host: string, port = 6881): PexContact => ({ address: { host, port }, flags: 0 })
const contacts = (from: number, to: number): PexContact[] =>
  Array.from({ length: to - from }, (_, i) => contact(`192.0.2.${from + i}`))
const adding = (...added: readonly PexContact[]) => ({ added, dropped: [] })

describe('what a peer tells by its ut_pex (BEP 11)', () => {
  it('counts from the first message on, whenever it comes', () => {
    expect(new PexIntake().take(adding(contact('192.0.2.1')), 0)).toEqual([contact('192.0.2.1')])
  })

  it('is ignored under 45 s after the last message that counted', () => {
    const intake = new PexIntake()
    intake.take(adding(), 1000)
    expect(intake.take(adding(contact('192.0.2.1')), 1000 + pexGapMinMs - 1)).toEqual([])
    expect(intake.take(adding(contact('192.0.2.1')), 1000 + pexGapMinMs)).toEqual([contact('192.0.2.1')])
  })

  it('counts every so often from a peer that tells too much', () => {
    const intake = new PexIntake()
    const heard = Array.from({ length: 10 }, (_, i) => intake.take(adding(contact(`192.0.2.${i}`)), i * 30_000))
    expect(heard.map(({ length }) => length)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
  })

  it('is worth dialling once', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(contact('192.0.2.1'), contact('::ffff:192.0.2.1')), 0)).toHaveLength(1)
    expect(intake.take(adding(contact('192.0.2.1')), pexGapMinMs)).toEqual([])
  })

  it('is 50 addresses a source at most, fewer than libtorrent sends at once; dropped ones make room', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(...contacts(0, 100)), 0)).toEqual(contacts(0, pexSourceMax))
    expect(intake.take(adding(contact('198.51.100.1')), pexGapMinMs)).toEqual([])
    const dropped = [contact('192.0.2.7').address]
    expect(intake.take({ added: contacts(100, 110), dropped }, 2 * pexGapMinMs)).toEqual(contacts(100, 101))
  })

  it('is one port of a host, so that nobody is attacked by way of us', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(contact('192.0.2.1', 1), contact('192.0.2.1', 2)), 0)).toEqual([contact('192.0.2.1', 1)])
    intake.take({ added: [], dropped: [contact('192.0.2.1', 2).address] }, pexGapMinMs)
    expect(intake.take(adding(contact('192.0.2.1', 2)), 2 * pexGapMinMs)).toEqual([])
  })

  it('is every port of this machine, where a swarm may share one host', () => {
    const all = [contact('127.0.0.1', 1), contact('127.0.0.1', 2)]
    expect(new PexIntake().take(adding(...all), 0)).toEqual(all)
  })
})
