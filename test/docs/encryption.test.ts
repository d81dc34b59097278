import { expect, test } from 'vitest'
import { encryptionMatrix, renderMatrix } from '../encryption-matrix.ts'
import { page } from './manual.ts'

test('docs/encryption.md shows the outcomes that the tests expect', () => {
  const tables = page('docs/encryption.md')
    .split('\n\n')
    .filter((paragraph) => paragraph.startsWith('|'))
  expect(tables.map((table) => table.trim()).join('\n\n')).toBe(renderMatrix())
})

test('where our policy is `required`, nothing ends in plaintext; where it is `none`, nothing in RC4', () => {
  const outcomes = encryptionMatrix.flatMap(({ weDial, theyDial }) => [weDial, theyDial])
  expect(outcomes.length).toBeGreaterThan(0)
  expect(outcomes.filter(({ required }) => required.bytes === 'plaintext')).toEqual([])
  expect(outcomes.filter(({ none }) => none.bytes === 'rc4')).toEqual([])
})

test('with `preferred` every remote is reached', () => {
  const unreached = encryptionMatrix.filter(({ weDial, theyDial }) =>
    [weDial, theyDial].some(({ preferred }) => preferred.bytes === 'none'),
  )
  expect(unreached).toEqual([])
})
