import { expect, test } from 'vitest'
import type { Snapshot } from 'xstate'
import { History, type Said } from '../../../inspector/feed/history.ts'

const said = (seq: number, from = 0, to = 1): Said => ({
  seq,
  at: seq,
  from,
  to,
  type: 'x',
  text: '',
  took: [],
  after: undefined,
  spoken: undefined,
})

const snapshot = (context: object): Snapshot<unknown> =>
  ({ status: 'active', output: undefined, error: undefined, context }) as Snapshot<unknown>

/** The bytes of so many entries, each with its own context. */
function bytesOf(contexts: readonly object[]): number {
  const history = new History(1e12)
  contexts.forEach((context, nth) => {
    const one = said(nth + 1)
    history.add(one)
    history.noteAfter(one, snapshot(context))
  })
  return history.bytes
}

test('the oldest is forgotten when the bytes are used up, and what is left is found by its number', () => {
  const history = new History(10_000)
  for (let seq = 1; seq <= 10_000; seq += 2) history.add(said(seq))
  expect(history.bytes).toBeLessThanOrEqual(10_000)
  expect(history.find(9_999)?.seq).toBe(9_999)
  expect([history.find(1), history.find(9_998)]).toEqual([undefined, undefined])
  expect(history.find(history.oldest)?.seq).toBe(history.oldest)
})

test('what a snapshot shares with the one before counts once', () => {
  const list = Array.from({ length: 1_000 }, (_, i) => ({ i }))
  const alone = bytesOf([{ list }])
  expect(alone).toBeGreaterThan(30_000)
  expect(bytesOf([{ list }, { list }])).toBeLessThan(alone + 2_000)
  expect(bytesOf([{ list }, { list: [...list] }]) - alone).toBeLessThan(12_000)
  expect(bytesOf([{ list }, { list: list.map((one) => ({ ...one })) }])).toBeGreaterThan(alone + 30_000)
})

test.each<[string, () => unknown]>([
  ['a text', () => 'a'.repeat(1_000_000) + Math.random()],
  ['texts in a list', () => Array.from({ length: 1_000 }, () => 'a'.repeat(1_000) + Math.random())],
  ['texts in an object of an object', () => ({ deep: { deeper: 'a'.repeat(1_000_000) + Math.random() } })],
  ['texts of a map and a set', () => new Map([[1, new Set(['a'.repeat(1_000_000) + Math.random()])]])],
  ['bytes', () => new Uint8Array(1_000_000)],
  ['a part of large bytes', () => new Uint8Array(1_000_000).subarray(0, 1)],
])('%s is held by a snapshot, and weighs what it takes', (_, make) => {
  expect(bytesOf([{ fact: make() }])).toBeGreaterThan(1_000_000)
  expect(bytesOf([{ fact: make() }, { fact: make() }])).toBeGreaterThan(2_000_000)
  const history = new History(5_000_000)
  for (let seq = 1; seq <= 50; seq++) {
    const one = said(seq)
    history.add(one)
    history.noteAfter(one, snapshot({ fact: make() }))
  }
  expect(history.bytes).toBeLessThanOrEqual(5_000_000)
  expect(history.size).toBeLessThan(6)
})

test('a fact that many actors share counts once, for as long as one of them has it', () => {
  const history = new History(1e12)
  const shared = new Uint8Array(1_000_000)
  for (let actor = 1; actor <= 300; actor++) {
    const one = said(actor, 0, actor)
    history.add(one)
    history.noteAfter(one, snapshot({ shared }))
  }
  expect(history.bytes).toBeGreaterThan(1_000_000)
  expect(history.bytes).toBeLessThan(2_000_000)
})

test('a list that grows is not forgotten with the entry that held it first', () => {
  const history = new History(100_000)
  let list: readonly object[] = Array.from({ length: 1_000 }, () => ({ text: 'a'.repeat(20) }))
  for (let seq = 1; seq <= 50; seq++) {
    list = [...list, { text: 'another' }]
    const one = said(seq)
    history.add(one)
    history.noteAfter(one, snapshot({ list }))
  }
  // The list alone takes more than there is room for, so only the newest that has it stays.
  expect(history.size).toBe(1)
  expect(history.bytes).toBeGreaterThan(80_000)
})

test('what is forgotten leaves nothing behind', () => {
  const history = new History(60_000)
  const text = () => 'a'.repeat(200) + Math.random()
  for (let seq = 1; seq <= 2_000; seq++) {
    const one = said(seq, 1 + (seq % 3), 4 + (seq % 5))
    history.add(one)
    history.noteAfter(one, snapshot({ text: text(), list: [text(), { text: text() }] }))
    history.noteSpoken(one, snapshot({ other: text() }))
  }
  expect(history.size).toBeGreaterThan(10)
  // One that is larger than all there is room for has everything else forgotten.
  const last = said(2_001)
  history.add(last)
  history.noteAfter(last, snapshot({ text: 'b'.repeat(40_000) }))
  expect(history.size).toBe(1)
  expect(history.bytes).toBeLessThan(85_000)
  expect(history.bytes).toBeGreaterThan(80_000)
})

test('a context that cannot be read weighs something, and harms nothing', () => {
  const nasty = {
    get value() {
      throw new Error('not to be read')
    },
  }
  expect(bytesOf([nasty, { nasty }])).toBeGreaterThan(1_000)
})

test('the newest behind a number come in order, at most so many', () => {
  const history = new History(1e9)
  for (let seq = 1; seq <= 10; seq++) history.add(said(seq))
  expect(history.since(4, 100).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10])
  expect(history.since(4, 2).map(({ seq }) => seq)).toEqual([9, 10])
  expect(history.since(10, 2)).toEqual([])
  expect(history.newest(3).map(({ seq }) => seq)).toEqual([8, 9, 10])
})
