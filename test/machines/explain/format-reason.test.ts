import { expect, test } from 'vitest'
import { formatReason } from '../../../machines/explain/format-reason.ts'
import { reason } from '../../../machines/explain/reasons.ts'

const choked = reason('choked', 5_000)

test('a reason is one line, with the peer and for how long where they are known', () => {
  expect(formatReason(choked)).toBe('it chokes us')
  expect(formatReason(choked, 17_400)).toBe('it chokes us, for 12 s')
  expect(formatReason({ ...choked, peer: { host: '::1', port: 1 } })).toBe('[::1]:1: it chokes us')
})

test('a reason told a moment early lasts 0 s, not less', () => {
  expect(formatReason(choked, 4_600)).toBe('it chokes us, for 0 s')
})
