import { describe, expect, test } from 'vitest'
import { limits } from '../../../machines/peer/delays.ts'
import { mergeGreetings } from '../../../machines/peer/greeting.ts'

describe('a later extended handshake (BEP 10)', () => {
  test('changes only what it names', () => {
    expect(mergeGreetings({ v: 'a 1', reqq: 10 }, { reqq: 20 })).toEqual({ v: 'a 1', reqq: 20 })
  })

  test('changes only the extensions it names', () => {
    const before = { m: { ut_pex: 1, ut_metadata: 2 } }
    expect(mergeGreetings(before, { m: { ut_metadata: 0 } })).toEqual({ m: { ut_pex: 1, ut_metadata: 0 } })
  })

  test('adds no more extensions than are remembered', () => {
    const named = (prefix: string) =>
      Object.fromEntries(Array.from({ length: limits.extensions }, (_, i) => [`${prefix}${i}`, 1]))
    const { m = {} } = mergeGreetings({ m: named('a') }, { m: named('b') })
    expect(Object.keys(m)).toHaveLength(limits.extensions)
  })
})

test('the first one is taken as it is', () => {
  expect(mergeGreetings(undefined, { m: { ut_pex: 1 } })).toEqual({ m: { ut_pex: 1 } })
})
