import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import { keyBytes } from '../../../transport/mse/key-exchange.ts'
import { padBytesMax } from '../../../transport/mse/padding.ts'
import { initialPayloadBytesMax } from '../../../transport/mse/responder.ts'
import { Conversation, type Places, placesOf, type Role, type Terms, torrentCount } from './conversation.ts'
import { type Damage, damaged, damageWithin } from './damage.ts'
import { of, seededBytes } from './drive.ts'
import type { Side } from './side.ts'

const padBytes = fc.oneof(fc.constantFrom(0, padBytesMax), fc.integer({ min: 0, max: padBytesMax }))
const anyTerms = {
  offer: fc.constantFrom<readonly CryptoMethod[]>(['rc4'], ['plaintext', 'rc4'], ['plaintext']),
  /** As `preferred` and `required`. */
  accept: fc.constantFrom<readonly CryptoMethod[]>(['rc4', 'plaintext'], ['rc4']),
  torrent: fc.nat({ max: torrentCount - 1 }),
  initialBytes: fc.oneof(
    fc.constantFrom(0, 68),
    fc.integer({ min: 1, max: 67 }),
    fc.integer({ min: 69, max: initialPayloadBytesMax }),
  ),
  pads: fc.record({ a: padBytes, b: padBytes, c: padBytes, d: padBytes }),
  cut: fc.constantFrom('none', 'random', 'random', 'bytes'),
  latencyMs: fc.constantFrom(0, 40),
  bytesPerSecond: fc.constantFrom(100_000, Number.POSITIVE_INFINITY),
  seed: fc.nat(),
} as const

/** How each side says it went, where nothing is damaged. */
function outcomes({ offer, accept, torrent, initialBytes }: Terms): readonly [a: string, b: string] {
  if (accept === undefined) return offer ? ['key_exchange', 'not_bittorrent'] : ['clear', 'clear']
  if (offer === undefined) return ['clear', 'clear']
  if (torrent >= torrentCount) return ['synchronising', 'unknown_torrent']
  const method = accept.find((one) => offer.includes(one))
  if (method === undefined) return ['synchronising', 'no_common_method']
  if (initialBytes > initialPayloadBytesMax) return ['synchronising', 'initial_payload_too_long']
  return [method, method]
}

test('both sides agree on what comes of it, and hear every byte of each other if they go on', () => {
  fc.assert(
    fc.property(
      fc.record<Terms>({
        ...anyTerms,
        offer: fc.option(anyTerms.offer, { nil: undefined, freq: 8 }),
        accept: fc.option(anyTerms.accept, { nil: undefined, freq: 8 }),
        torrent: fc.nat({ max: torrentCount }),
        initialBytes: fc.oneof(
          { weight: 8, arbitrary: anyTerms.initialBytes },
          { weight: 1, arbitrary: fc.constantFrom(initialPayloadBytesMax, initialPayloadBytesMax + 1, 0xffff) },
        ),
      }),
      (terms) => {
        const conversation = new Conversation(terms)
        const { a, b, saidByA, saidByB, infoHash } = conversation
        conversation.settle()
        const expected = outcomes(terms)
        expect([a.outcome, b.outcome]).toEqual(expected)
        if (a.goesOn) {
          expect([a.end, b.end]).toEqual([undefined, undefined])
          expect([Buffer.compare(a.heard, saidByB), Buffer.compare(b.heard, saidByA)]).toEqual([0, 0])
        } else {
          expect([a.end?.code, b.end?.code]).toEqual(['end', 'destroyed'])
          expect([a.heard.length, b.heard.length]).toEqual([0, 0])
        }
        for (const side of [a, b])
          expect(infoHashes(side).every((one) => Buffer.compare(one, infoHash) === 0)).toBe(true)
      },
    ),
    { numRuns: 100 },
  )
})

const infoHashes = ({ outputs }: Side): Uint8Array[] => of(outputs, 'established').map(({ infoHash }) => infoHash)

/** What follows the VC: what is offered or selected, and the length of a padding. */
const fieldBytes = 6

/** What the longest negotiation has, by who reads it: keys, paddings, fields. */
const negotiationBytesMax = {
  a: 96 + 512 + 8 + 6 + 512,
  b: 96 + 512 + 20 + 20 + 14 + 512 + 2 + initialPayloadBytesMax,
}

/** Terms, and damages to the streams that `a` and `b` read. */
const damagedTerms = (damageOf: (places: Places) => fc.Arbitrary<Damage>) =>
  fc.record<Terms>(anyTerms).chain((terms) => {
    const damages = (role: Role) => fc.array(damageOf(placesOf[role](terms)), { maxLength: 2 })
    return fc.record({ terms: fc.constant(terms), a: damages('a'), b: damages('b') })
  })

/** Whether one bit or more is wrong outside the padding, and nothing else is. */
const isFatal = ([damage, ...others]: readonly Damage[], { padded }: Places): boolean =>
  damage?.kind === 'flip' && others.length === 0 && (damage.at < keyBytes || damage.at >= padded)

const isPrefix = (part: Uint8Array, whole: Uint8Array): boolean =>
  Buffer.compare(part, whole.subarray(0, part.length)) === 0

test('damage up to the VC loses the connection or nothing at all: no wrong byte is taken for payload', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      damagedTerms(({ verified }) => damageWithin(0, verified)),
      ({ terms, a: toA, b: toB }) => {
        const conversation = new Conversation(terms, { a: damaged(toA), b: damaged(toB) })
        const { a, b, saidByA, saidByB, infoHash } = conversation
        conversation.settle()
        for (const [role, side, said] of [
          ['a', a, saidByB],
          ['b', b, saidByA],
        ] as const) {
          seen.add(`${role} ${side.outcome}`)
          expect(isPrefix(side.heard, said)).toBe(true)
          if (side.goesOn) expect(outcomes(terms)).toContain(side.outcome)
          for (const one of infoHashes(side)) expect(Buffer.compare(one, infoHash)).toBe(0)
        }
        if (isFatal(toA, placesOf.a(terms))) expect(a.goesOn).toBe(false)
        if (isFatal(toB, placesOf.b(terms))) expect(b.goesOn).toBe(false)
        if (a.goesOn && !b.end) expect([a.heard.length, b.heard.length]).toEqual([saidByB.length, saidByA.length])
      },
    ),
    { numRuns: 100 },
  )
  const usual = [
    'a rc4',
    'a key_exchange',
    'a sync_not_found',
    'b rc4',
    'b plaintext',
    'b sync_not_found',
    'b unknown_torrent',
  ]
  expect([...seen]).toEqual(expect.arrayContaining(usual))
})

test('damage anywhere never throws, is not waited for without end, and leaves right what came before it', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      damagedTerms(({ verified, payload }) =>
        fc.oneof(damageWithin(0, payload + 1000), damageWithin(verified, verified + fieldBytes)),
      ),
      ({ terms, a: toA, b: toB }) => {
        const conversation = new Conversation(terms, { a: damaged(toA), b: damaged(toB) })
        const { a, b, saidByA, saidByB } = conversation
        conversation.settle()
        // A negotiation has no integrity behind the VC: a bit of crypto_select can turn one method into the other.
        const isTorn = a.goesOn && b.goesOn && a.outcome !== b.outcome
        const intact = (damages: readonly Damage[], start: number) =>
          Math.max(0, Math.min(isTorn ? 0 : Number.POSITIVE_INFINITY, ...damages.map(({ at }) => at - start)))
        const rightForA = intact(toA, placesOf.a(terms).payload)
        const rightForB = intact(toB, placesOf.b(terms).payload)
        expect(isPrefix(a.heard.subarray(0, rightForA), saidByB)).toBe(true)
        expect(isPrefix(b.heard.subarray(0, rightForB), saidByA)).toBe(true)
        for (const [role, side] of [
          ['a', a],
          ['b', b],
        ] as const) {
          seen.add(`${role} ${side.outcome}`)
          if (!side.goesOn && !side.isOver) drown(side, negotiationBytesMax[role])
          expect(side.isOver).toBe(true)
          if (!side.goesOn) continue
          expect(side.consumed).toBeLessThanOrEqual(negotiationBytesMax[role])
          expect(role === 'a' ? terms.offer : terms.accept).toContain(side.outcome)
        }
      },
    ),
    { numRuns: 100 },
  )
  const usual = [
    'a rc4',
    'a selecting',
    'a bad_selection',
    'a bad_padding_length',
    'b selecting',
    'b bad_padding_length',
  ]
  expect([...seen]).toEqual(expect.arrayContaining(usual))
})

/** Noise, byte by byte, for a negotiation that waits: it is to end before it has taken more than the longest has. */
function drown(side: Side, bytesMax: number): void {
  const noise = seededBytes(1)(bytesMax)
  for (let at = 0; at < noise.length && !side.isOver; at++) side.data(noise.slice(at, at + 1))
  expect(side.consumed).toBeLessThanOrEqual(bytesMax)
}
