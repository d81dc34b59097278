import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lengthOf, sameBlock, settle, totalBytes } from '../../../../machines/peer/vocabulary/ledger.ts'
import { answersTo, someBlocks } from '../drive.ts'

const asked = someBlocks(4)

test('answers in the order of the questions leave the rest open', () => {
  expect(settle(asked, answersTo(asked.slice(0, 3)))).toEqual({ open: asked.slice(3), unmatched: [] })
})

test('answers in any other order settle too', () => {
  const [a, b, c, d] = asked
  expect(
    settle(
      asked,
      [d, b, a].filter((request) => request !== undefined),
    ),
  ).toEqual({ open: [c], unmatched: [] })
})

test('an answer settles one question, the first of two alike', () => {
  const twice = [...asked, ...asked]
  expect(settle(twice, asked).open).toEqual(asked)
})

test('answers that belong to nothing are left over, in order', () => {
  const strangers = answersTo(someBlocks(6).slice(4))
  expect(settle(asked, [...strangers, ...asked])).toEqual({ open: [], unmatched: strangers })
})

test('neither list is written to', () => {
  const frozen = Object.freeze([...asked])
  settle(frozen, Object.freeze([...asked].reverse()))
  expect(frozen).toEqual(asked)
})

test('a block is the same when index, begin and length agree (BEP 6)', () => {
  const block = { index: 1, begin: 2, length: 3 }
  expect(sameBlock(block, { index: 1, begin: 2, data: new Uint8Array(3) })).toBe(true)
  for (const other of [{ index: 0 }, { begin: 0 }, { length: 4 }])
    expect(sameBlock(block, { ...block, ...other })).toBe(false)
})

test('lengths are those asked for or delivered', () => {
  expect(lengthOf({ index: 0, begin: 0, data: new Uint8Array(7) })).toBe(7)
  expect(totalBytes([...someBlocks(2), { index: 0, begin: 0, data: new Uint8Array(7) }])).toBe(2 * 16_384 + 7)
})

test('nothing is lost or made up: open and settled are what was asked, settled and unmatched what was answered', () => {
  const block = fc.record({ index: fc.nat(2), begin: fc.nat(2), length: fc.constant(1) })
  fc.assert(
    fc.property(fc.array(block), fc.array(block), (requests, answers) => {
      const { open, unmatched } = settle(requests, answers)
      expect(requests.length - open.length).toBe(answers.length - unmatched.length)
      for (const answer of unmatched) expect(open.some((request) => sameBlock(request, answer))).toBe(false)
    }),
    { seed: 1 },
  )
})
