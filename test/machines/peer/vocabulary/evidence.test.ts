import { describe, expect, test } from 'vitest'
import {
  describeEvidence,
  type Evidence,
  evidenceMax,
  groundsOf,
  isEvidence,
  isPaid,
  withEvidence,
} from '../../../../machines/peer/vocabulary/evidence.ts'

const corrupt = (piece: number): Evidence => ({ ...groundsOf('corrupt', { piece }), peer: 0 })
const verified: Evidence = { ...groundsOf('verified', { piece: 0 }), peer: 0 }
const bad: Evidence = { ...groundsOf('violation', { detail: 'bad_length' }), peer: 0 }

test('grounds bear the price of their rule, and no more than 32 blocks', () => {
  const blocks = Array.from({ length: 100 }, (_, block) => block)
  expect(groundsOf('corrupt', { piece: 4, blocks })).toEqual({
    rule: 'corrupt',
    change: -20,
    piece: 4,
    blocks: blocks.slice(0, 32),
  })
})

describe('beyond its bound', () => {
  const filled = (one: Evidence) => Array.from({ length: evidenceMax }, () => one)

  test('what speaks for a peer is forgotten first', () => {
    const evidence = withEvidence([corrupt(1), ...filled(verified).slice(1)], corrupt(2))
    expect(evidence).toHaveLength(evidenceMax)
    expect([evidence[0], evidence[1], evidence.at(-1)]).toEqual([corrupt(1), verified, corrupt(2)])
  })

  test('then what is oldest', () => {
    const evidence = withEvidence([corrupt(1), ...filled(corrupt(2)).slice(1)], corrupt(3))
    expect([evidence.length, evidence[0], evidence.at(-1)]).toEqual([evidenceMax, corrupt(2), corrupt(3)])
  })
})

test('a broken rule is paid for once, by its code; a corrupt piece and a flood are paid for each time', () => {
  const flood: Evidence = { ...groundsOf('flood', { detail: 'request_flood' }), peer: 0 }
  expect(isPaid([bad], groundsOf('violation', { detail: 'bad_length' }))).toBe(true)
  expect(isPaid([bad], groundsOf('violation', { detail: 'have_out_of_range' }))).toBe(false)
  expect(isPaid([flood], flood)).toBe(false)
  expect(isPaid([corrupt(4)], corrupt(4))).toBe(false)
})

test('for people it is counted by rule, with pieces and codes; merits are left out', () => {
  expect(describeEvidence([corrupt(4), verified, bad, corrupt(7), corrupt(7), bad])).toBe(
    '3 × corrupt (pieces 4, 7), 2 × violation (bad_length)',
  )
  expect(describeEvidence([corrupt(4)])).toBe('1 × corrupt (piece 4)')
  expect(describeEvidence([{ rule: 'adjusted', change: -50, peer: 0 }])).toBe('1 × adjusted')
  expect(describeEvidence([verified])).toBe('')
})

test('JSON that says what evidence says is told from other JSON', () => {
  for (const one of [corrupt(4), verified, bad, { rule: 'adjusted', change: -50, peer: 0 }]) {
    expect(isEvidence(JSON.parse(JSON.stringify(one)))).toBe(true)
  }
  const wrong = [
    null,
    [],
    { ...bad, rule: 'toString' },
    { ...bad, change: 0.5 },
    { ...bad, peer: -1 },
    { ...bad, blocks: ['1'] },
  ]
  expect(wrong.filter(isEvidence)).toEqual([])
})
