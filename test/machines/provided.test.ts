import { expect, test } from 'vitest'
import { missingIn } from '../../machines/provided.ts'

test('what was not provided says how it is', () => {
  expect(() => missingIn('torrentMachine')('actors', 'storage')).toThrow(
    'provide "storage": torrentMachine.provide({ actors: { storage } })',
  )
})
