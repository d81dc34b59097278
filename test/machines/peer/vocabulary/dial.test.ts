import { expect, test } from 'vitest'
import {
  attemptsLeft,
  attemptsUnderWay,
  type DialFacts,
  describeDial,
  describeEnd,
  type FailedAttempt,
  isOnlyAttempt,
  whyDialFailed,
  whyDialTimedOut,
} from '../../../../machines/peer/vocabulary/dial.ts'
import type { TransportEnd } from '../../../../transport/transport.ts'

const failed = (kind: string, code: TransportEnd['code'], detail?: string): FailedAttempt => ({
  kind,
  end: { code, ...(detail !== undefined && { detail }) },
})
const dial = (
  tried: number,
  failedAttempts: readonly FailedAttempt[] = [],
  ways = ['utp', 'tcp', 'own'],
): DialFacts => ({
  ways,
  tried,
  failedAttempts,
})

test('attempts are under way from when they are tried until they fail', () => {
  expect(attemptsUnderWay(dial(1))).toEqual(['utp'])
  expect(attemptsUnderWay(dial(3, [failed('tcp', 'refused')]))).toEqual(['utp', 'own'])
})

test('what is under way and to come needs room, what has failed does not', () => {
  expect(attemptsLeft(dial(1))).toBe(3)
  expect(attemptsLeft(dial(2, [failed('utp', 'timeout')]))).toBe(2)
})

test('an attempt is the only one when no other is under way', () => {
  expect(isOnlyAttempt(dial(1), 'utp')).toBe(true)
  expect(isOnlyAttempt(dial(2), 'utp')).toBe(false)
  expect(isOnlyAttempt(dial(2, [failed('utp', 'refused')]), 'tcp')).toBe(true)
})

test.each<[DialFacts, string | undefined]>([
  [dial(1), 'dialling by utp, tcp follows within 250 ms'],
  [dial(3), 'dialling by utp and tcp and own'],
  [dial(2, [failed('utp', 'refused')]), 'refused by utp, dialling by tcp, own follows within 250 ms'],
  [dial(1, [], ['tcp']), undefined],
])('a dial says what it tries, and what follows: %o', (facts, text) => {
  expect(describeDial(facts, 250)).toBe(text)
})

test('a dial by several transports fails as the last of its attempts, and says how each did', () => {
  const facts = dial(3, [failed('utp', 'timeout'), failed('own', 'error'), failed('tcp', 'refused')])
  const reason = whyDialFailed(facts)
  expect(reason).toEqual({
    source: 'transport',
    code: 'refused',
    detail: 'timeout by utp, error by own, refused by tcp',
  })
  expect(describeEnd(facts, reason)).toBe('transport.refused: timeout by utp, error by own, refused by tcp')
})

test('an attempt without a descriptor says nothing of the address, unless none had one', () => {
  const ways = ['utp', 'tcp']
  expect(whyDialFailed(dial(2, [failed('utp', 'timeout'), failed('tcp', 'no_descriptor')], ways)).code).toBe('timeout')
  expect(whyDialFailed(dial(2, [failed('utp', 'no_descriptor'), failed('tcp', 'no_descriptor')], ways)).code).toBe(
    'no_descriptor',
  )
})

test('a dial by one transport fails as that says', () => {
  const facts = dial(1, [failed('tcp', 'error', 'EPERM')], ['tcp'])
  expect(whyDialFailed(facts)).toEqual({ source: 'transport', code: 'error', detail: 'EPERM' })
  expect(describeEnd(facts, whyDialFailed(facts))).toBe('transport.error')
})

test('a dial that nobody answers in time says which attempts failed, and which were not answered', () => {
  const facts = dial(2, [failed('tcp', 'refused')], ['utp', 'tcp'])
  expect(describeEnd(facts, whyDialTimedOut(facts))).toBe('timeout.connect: refused by tcp, no answer by utp')
  expect(whyDialTimedOut(dial(1, [], ['tcp']))).toEqual({ source: 'timeout', code: 'connect' })
})

test('a connection that opened ends for its own reason, whatever failed before', () => {
  const facts = dial(2, [failed('utp', 'timeout')], ['utp', 'tcp'])
  expect(describeEnd(facts, { source: 'transport', code: 'error', detail: 'EPIPE' })).toBe('transport.error')
})
