import { describe, expect, it } from 'vitest'
import { PexIntake, pexEarlyMax, pexGapMinMs, pexSourceMax } from '../../../machines/extensions/pex-intake.ts'
import type { PexContact } from '../../../transport/wire/extended/ut-pex.ts'

const contact = (host: string, port = 6881): PexContact => ({ address: { host, port }, flags: 0 })
const contacts = (from: number, to: number): PexContact[] =>
  Array.from({ length: to - from }, (_, i) => contact(`192.0.2.${from + i}`))
const adding = (...added: readonly PexContact[]) => ({ added, dropped: [] })

describe('what a peer tells by its ut_pex (BEP 11)', () => {
  it('counts from the first message on, whenever it comes', () => {
    expect(new PexIntake().admit(0)).toBe('take')
    expect(new PexIntake().admit(1e12)).toBe('take')
  })

  it('is ignored under 45 s after the last message that counted', () => {
    const intake = new PexIntake()
    intake.admit(1_000)
    expect(intake.admit(1_000 + pexGapMinMs - 1)).toBe('ignore')
    expect(intake.admit(1_000 + pexGapMinMs)).toBe('take')
  })

  it('counts every so often from a peer that tells too much, for as long as it likes', () => {
    const intake = new PexIntake()
    const heard = Array.from({ length: 1_000 }, (_, i) => intake.admit(i * 30_000))
    expect(heard.every((admission, i) => admission === (i % 2 === 0 ? 'take' : 'ignore'))).toBe(true)
  })

  it('is a flood after six in a row that were ignored', () => {
    const intake = new PexIntake()
    intake.admit(0)
    for (let i = 0; i < pexEarlyMax; i++) expect(intake.admit(i)).toBe('ignore')
    expect(intake.admit(pexGapMinMs - 1)).toBe('pex_flood')
  })

  it('is worth dialling once', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(contact('192.0.2.1'), contact('::ffff:192.0.2.1')))).toHaveLength(1)
    expect(intake.take(adding(contact('192.0.2.1')))).toEqual([])
  })

  it('is 50 addresses a source at most, fewer than libtorrent sends at once; dropped ones make room', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(...contacts(0, 100)))).toEqual(contacts(0, pexSourceMax))
    expect(intake.take(adding(contact('198.51.100.1')))).toEqual([])
    const dropped = [contact('192.0.2.7').address]
    expect(intake.take({ added: contacts(100, 110), dropped })).toEqual(contacts(100, 101))
  })

  it('is one port of a host, so that no host is attacked by way of us', () => {
    const intake = new PexIntake()
    expect(intake.take(adding(contact('192.0.2.1', 1), contact('192.0.2.1', 2)))).toEqual([contact('192.0.2.1', 1)])
    intake.take({ added: [], dropped: [contact('192.0.2.1', 2).address] })
    expect(intake.take(adding(contact('192.0.2.1', 2)))).toEqual([])
  })

  it('is every port of this machine, where a swarm may share one host', () => {
    const all = [contact('127.0.0.1', 1), contact('127.0.0.1', 2)]
    expect(new PexIntake().take(adding(...all))).toEqual(all)
  })
})
