import { describe, expect, test } from 'vitest'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import { EarlyWords } from '../../../../machines/peer/vocabulary/early-words.ts'
import type { EarlyEvent } from '../../../../machines/peer/vocabulary/wire-events.ts'

const heard = (...events: readonly EarlyEvent[]) => events.reduce((words, event) => words.with(event), EarlyWords.none)
const have = (index: number): EarlyEvent => ({ type: 'wire.have', index })
const lost = (index: number): EarlyEvent => ({ type: 'torrent.note_dont_have', index })
const allow = (index: number): EarlyEvent => ({ type: 'wire.allowed_fast', index })
const bitfield = (...bytes: number[]): EarlyEvent => ({ type: 'wire.bitfield', bits: Uint8Array.from(bytes) })
const piecesOf = (words: EarlyWords, count = 10) => [...words.piecesOf(count).indexes()]

test('which pieces it said it has, and how many, by a have', () => {
  const words = heard(have(1), have(2), lost(2))
  expect([words.hasHad(1), words.hasHad(2), words.hasHad(-1), words.hadCount]).toEqual([true, false, false, 1])
})

describe('what the peer has', () => {
  test.each<[string, EarlyEvent[], number[]]>([
    ['nothing, if it said nothing', [], []],
    ['its bitfield (BEP 3)', [bitfield(0b1010_0000, 0b0100_0000)], [0, 2, 9]],
    ['a bitfield and what it has had since', [bitfield(0x80, 0), have(9), have(3)], [0, 3, 9]],
    [
      'every piece but those it has lost (BEP 6, BEP 54)',
      [{ type: 'wire.have_all' }, lost(0), lost(9)],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
    ['nothing but what it has had since (BEP 6)', [{ type: 'wire.have_none' }, have(5)], [5]],
    ['a first have, and the next', [have(1), have(2)], [1, 2]],
    ['the last word on a piece counts', [have(1), lost(1), have(2), lost(2), have(1)], [1]],
    ['what it lost before it said what it has is no news', [lost(0), bitfield(0x80, 0)], [0]],
    ['the later bitfield, not the earlier nor what came between', [bitfield(0xf0, 0), have(9), bitfield(1, 0)], [7]],
    ['nothing, once it says so', [{ type: 'wire.have_all' }, have(3), { type: 'wire.have_none' }], []],
    [
      'everything, once it says so',
      [have(3), lost(3), { type: 'wire.have_all' }, lost(9)],
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    ],
  ])('%s', (_, events, pieces) => {
    expect(piecesOf(heard(...events))).toEqual(pieces)
  })

  test('is copied: bits are a view of what the socket reads into', () => {
    const bits = Uint8Array.of(0x80, 0)
    const words = heard({ type: 'wire.bitfield', bits })
    bits.fill(0xff)
    expect(piecesOf(words)).toEqual([0])
  })

  test('is said by a bitfield, have_all, have_none or have, and by nothing else', () => {
    expect(heard(lost(1), allow(1)).saysPieces).toBe(false)
    for (const event of [bitfield(0), have(0), { type: 'wire.have_all' }, { type: 'wire.have_none' }] as const) {
      expect(heard(event).saysPieces).toBe(true)
    }
  })
})

describe('a fault', () => {
  test.each<[string, EarlyEvent[], string | undefined]>([
    ['none in what fits', [bitfield(0xff, 0b1100_0000), have(9), lost(10)], undefined],
    ['a bitfield of a wrong length', [bitfield(0)], 'bitfield_invalid'],
    ['a spare bit, whatever was lost since', [bitfield(0, 0b0010_0000), lost(10)], 'bitfield_invalid'],
    ['a have behind the last piece, also of one it lost again', [have(10), lost(10)], 'have_out_of_range'],
    ['such a have, whatever it says later', [have(10), { type: 'wire.have_none' }], 'have_out_of_range'],
  ])('%s', (_, events, fault) => {
    const words = heard(...events)
    expect(words.faultOf(10)).toBe(fault)
    if (fault === 'bitfield_invalid') expect(piecesOf(words)).toEqual([])
  })

  test.each<[string, EarlyEvent[]]>([
    ['of a wrong length', [bitfield(0), bitfield(0x80, 0)]],
    ['of a wrong length, behind a good one', [bitfield(0x80, 0), bitfield(0), bitfield(0x80, 0)]],
    ['with a spare bit', [bitfield(0, 0b0010_0000), bitfield(0x80, 0)]],
    ['with the last spare bit', [bitfield(0, 1), { type: 'wire.have_all' }]],
  ])('a bitfield %s is one whatever it says later', (_, events) => {
    expect(heard(...events).faultOf(10)).toBe('bitfield_invalid')
  })
})

test('what is allowed fast stands in its order, each piece once, within the bound and the torrent (BEP 6)', () => {
  expect(heard(allow(4), allow(11), allow(1), allow(4)).allowedFastOf(10)).toEqual([4, 1])
  const words = heard(...Array.from({ length: limits.allowedFast + 1 }, (_, index) => allow(index)))
  expect(words.allowedFastOf(1000)).toHaveLength(limits.allowedFast)
})

test('what no torrent can have is passed over, and the last piece that one can have is not', () => {
  for (const index of [limits.earlyPieces, 0xffff_ffff, -1, 0.5]) {
    expect(heard(have(index), lost(index), allow(index))).toBe(EarlyWords.none)
  }
  const last = limits.earlyPieces - 1
  expect(piecesOf(heard(have(last)), limits.earlyPieces)).toEqual([last])
})

test('a set that is kept stays as it was', () => {
  const before = heard(have(1))
  const after = before.with(have(2)).with(lost(1))
  expect([piecesOf(before), piecesOf(after)]).toEqual([[1], [2]])
})

test('printed, pieces are numbers', () => {
  expect(JSON.parse(JSON.stringify(heard(have(3), lost(1), allow(2))))).toEqual({
    said: 'none',
    had: [3],
    lost: [1],
    bitfieldBytes: [],
    furthestBit: -1,
    greatest: 3,
    allowedFast: [2],
  })
})

test('made anew of its words it is the same, and what was never said is one', () => {
  const words = heard(have(3), lost(1), allow(2))
  expect(EarlyWords.of(words.words)).toStrictEqual(words)
  expect(EarlyWords.of({ ...EarlyWords.none.words })).toBe(EarlyWords.none)
})
