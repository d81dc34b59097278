import { expect, test } from 'vitest'
import { missingIn, requireInput } from '../../machines/provided.ts'

test('what was not provided says how it is', () => {
  expect(() => missingIn('torrentMachine')('actors', 'storage')).toThrow(
    'provide "storage": torrentMachine.provide({ actors: { storage } })',
  )
})

test('what was made from a part says so', () => {
  expect(() => requireInput<{ peerId: string; peer: number }>('a peer', { peer: 3 })).toThrow(
    new TypeError('a peer is made from a part of an input only beside a snapshot'),
  )
})

test('what was made from nothing says so', () => {
  expect(() => requireInput('a peer', undefined)).toThrow(
    new TypeError('a peer is made from an input, or restored from a snapshot'),
  )
  const input = { peerId: '11'.repeat(20), peer: 3 }
  expect(requireInput('a peer', input)).toBe(input)
})
