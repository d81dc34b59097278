import { expect, test } from 'vitest'
import { missingIn, requireInput } from '../../machines/provided.ts'

test('what was not provided says how it is', () => {
  expect(() => missingIn('torrentMachine')('actors', 'storage')).toThrow(
    'provide "storage": torrentMachine.provide({ actors: { storage } })',
  )
})

test('what was made from nothing says so', () => {
  expect(() => requireInput('a peer', undefined)).toThrow(
    new TypeError('a peer is made from an input, or restored from a snapshot'),
  )
  expect(requireInput('a peer', 0)).toBe(0)
})
