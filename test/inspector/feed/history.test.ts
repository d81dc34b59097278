import { expect, test } from 'vitest'
import type { Snapshot } from 'xstate'
import { History, type Said } from '../../../inspector/feed/history.ts'

const said = (seq: number): Said => ({ seq, at: seq, from: 0, to: 1, type: 'x', text: '', took: [], after: undefined })

const snapshot = (context: object): Snapshot<unknown> =>
  ({ status: 'active', output: undefined, error: undefined, context }) as Snapshot<unknown>

test('the oldest is forgotten when the bytes are used up, and what is left is found by its number', () => {
  const history = new History(10_000)
  for (let seq = 1; seq <= 10_000; seq += 2) history.add(said(seq))
  expect(history.bytes).toBeLessThanOrEqual(10_000)
  expect(history.find(9_999)?.seq).toBe(9_999)
  expect([history.find(1), history.find(9_998)]).toEqual([undefined, undefined])
  expect(history.find(history.oldest)?.seq).toBe(history.oldest)
})

test('what a snapshot shares with the one before counts once', () => {
  const list = Array.from({ length: 1_000 }, (_, i) => i)
  const bytesOf = (before: object) => {
    const history = new History(1e9)
    const one = said(1)
    history.add(one)
    history.noteAfter(one, snapshot({ list }), snapshot(before))
    return history.bytes
  }
  expect(bytesOf({ list: [] }) - bytesOf({ list })).toBeGreaterThan(10_000)
})

test('the newest behind a number come in order, at most so many', () => {
  const history = new History(1e9)
  for (let seq = 1; seq <= 10; seq++) history.add(said(seq))
  expect(history.since(4, 100).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10])
  expect(history.since(4, 2).map(({ seq }) => seq)).toEqual([9, 10])
  expect(history.since(10, 2)).toEqual([])
  expect(history.newest(3).map(({ seq }) => seq)).toEqual([8, 9, 10])
})
