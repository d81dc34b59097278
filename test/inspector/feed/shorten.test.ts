import { describe, expect, test } from 'vitest'
import { eventText, trimmed } from '../../../inspector/feed/shorten.ts'
import { PieceSet } from '../../../machines/piece-set.ts'

const block = (index: number) => ({ index, begin: 0, data: new Uint8Array(16_384) })

describe('what an event carried', () => {
  test.each([
    ['nothing', { type: 'wire.choke' }, ''],
    ['numbers', { type: 'wire.have', index: 3 }, 'index 3'],
    [
      'times, to the digits that somebody reads',
      { type: 'timer.tick', at: 34_297.844, silentInMs: 0.041_71 },
      'at 34298, silentInMs 0.0417',
    ],
    ['rates in a list likewise', { type: 'a', rates: [0.123_456, 1e6 + 0.5] }, 'rates 0.123 1000001'],
    [
      'one request',
      { type: 'wire.request', requests: [{ index: 1, begin: 2, length: 3 }] },
      'index 1, begin 2, length 3',
    ],
    [
      'many requests',
      { type: 'wire.request', requests: [1, 2].map((index) => ({ index, begin: 0, length: 16_384 })) },
      '2 requests, 32,768 bytes',
    ],
    ['one block', { type: 'wire.piece', blocks: [block(1)] }, 'index 1, begin 0, data 16,384 bytes'],
    ['blocks, counted', { type: 'wire.piece', blocks: [block(1), block(2)], at: 5 }, '2 blocks, 32,768 bytes, at 5'],
    ['bytes, counted', { type: 'wire.bitfield', bits: new Uint8Array(12) }, 'bits 12 bytes'],
    ['a set of pieces, counted', { type: 'peer.pieces', pieces: PieceSet.all(9) }, 'pieces 9 of 9 pieces'],
    ['no handles', { type: 'peer.started', peer: 1, ref: { id: 'x', send() {} } }, 'peer 1'],
    ['a thing by its type', { type: 'a', inner: { type: 'b' } }, 'inner b'],
  ])('%s', (_, event, text) => {
    expect(eventText(event)).toBe(text)
  })

  test('is never long', () => {
    expect(eventText({ type: 'a', words: 'x'.repeat(10_000), more: { deep: 'y'.repeat(10_000) } })).toHaveLength(200)
  })
})

describe('a value as plain JSON', () => {
  test('counts bytes and sets, names actors, and leaves functions out', () => {
    const value = {
      bytes: new Uint8Array(5),
      set: new Set([1]),
      map: new Map([['a', 1]]),
      ref: { id: 'core', send() {} },
      run() {},
    }
    expect(trimmed(value)).toEqual({ bytes: '5 bytes', set: [1], map: { a: 1 }, ref: 'actor core' })
  })

  test('cuts long lists, deep ones and those that hold themselves', () => {
    const self: Record<string, unknown> = {}
    self.self = self
    expect(trimmed(Array.from({ length: 60 }, (_, i) => i))).toHaveLength(51)
    expect(JSON.stringify(trimmed(self)).length).toBeLessThan(200)
    const wide = Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => 1)))
    expect(JSON.stringify(trimmed(wide)).length).toBeLessThan(60_000)
  })
})
