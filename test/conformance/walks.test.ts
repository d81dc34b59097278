import { expect, test } from 'vitest'
import { flagWalks, type WalkStep } from '../../conformance/walks.ts'

/** The steps of a walk, each with the flags, and whether a request is pending, that it is taken in. */
function steps(walk: readonly WalkStep[]): readonly string[] {
  const now = { isUnchoked: false, isInterested: false, weUnchoke: false, isPending: false }
  return walk.map((step) => {
    const taken = `${JSON.stringify(now)} ${step}`
    if (step === 'interested' || step === 'not_interested') now.isInterested = step === 'interested'
    if (step === 'choke' || step === 'unchoke') now.weUnchoke = step === 'unchoke'
    if (step === 'unchoked') now.isUnchoked = true
    if (step === 'request') now.isPending = now.isUnchoked
    if (step === 'answered') now.isPending = false
    return taken
  })
}

test('the walks change each flag, request, cancel and wait in each state in which that can be', () => {
  const taken = new Set(flagWalks().flatMap(steps))
  // While the client chokes: 4 states, two flags and a request in each, and its unchoke in the two in which we are interested.
  expect([...taken].filter((one) => one.includes('"isUnchoked":false'))).toHaveLength(4 * 3 + 2)
  // Behind its unchoke: 4 states, two flags in each, with a request or, while one is pending, a cancel and an answer.
  expect([...taken].filter((one) => one.includes('"isUnchoked":true'))).toHaveLength(4 * 3 + 4 * 4)
})

test('no walk is part of another, nor longer than eight steps', () => {
  const walks = flagWalks().map((walk) => walk.join('.'))
  expect(walks.filter((walk) => walks.some((other) => other !== walk && other.startsWith(walk)))).toEqual([])
  expect(walks.filter((walk) => walk.split('.').length > 8)).toEqual([])
  expect(new Set(walks).size).toBe(walks.length)
})
