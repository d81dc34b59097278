import { expect, test } from 'vitest'
import { OwnRows } from '../../../inspector/page/own-rows.ts'
import { saidRows } from './made-up.ts'

/** Events from number `from` on, by turns to actor 1 and to actor 2. */
const said = (from: number, count: number) =>
  saidRows(
    Array.from({ length: count }, (_, nth) => [0, 1 + ((from + nth) % 2), 'x', ''] as const),
    from,
    0,
  )
const seqs = (own: OwnRows) => own.rows.map(({ seq }) => seq)

test('what is new of an actor is taken over once, and stays when the page keeps no more of it', () => {
  const own = new OwnRows(1)
  own.follow(said(10, 4))
  own.follow(said(10, 6))
  own.follow(said(14, 4))
  expect(seqs(own)).toEqual([10, 12, 14, 16])
})

test('what was said earlier comes before it, each once', () => {
  const own = new OwnRows(1)
  own.follow(said(10, 4))
  own.precede(said(1, 12))
  expect(seqs(own)).toEqual([2, 4, 6, 8, 10, 12])
  own.follow(said(10, 6))
  expect(seqs(own)).toEqual([2, 4, 6, 8, 10, 12, 14])
})

test('where nothing had come, what was said earlier is all, and is not taken over twice', () => {
  const own = new OwnRows(1)
  own.precede(said(1, 4))
  own.follow(said(1, 6))
  expect(seqs(own)).toEqual([2, 4, 6])
})

test('there is a bound', () => {
  const own = new OwnRows(1)
  for (let nth = 0; nth < 20; nth++) own.follow(said(1 + nth * 1_000, 1_000))
  expect(own.rows.length).toBe(5_000)
  expect(own.rows.at(-1)?.seq).toBe(20_000)
})
