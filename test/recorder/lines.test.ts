import { describe, expect, test } from 'vitest'
import { jsonIn, LineReader, lineLengthMax, lineOf } from '../../recorder/lines.ts'

const lines = [{ a: 1 }, { text: 'äöü' }, { list: [1, 2, 3] }].map((value) => lineOf(JSON.stringify(value)))
const bytes = Buffer.from(lines.join(''))

describe('a line', () => {
  test('is read as it was written', () => {
    expect(jsonIn(lineOf('{"a":1}').trimEnd())).toEqual({ a: 1 })
  })

  test.each(['', 'x', '00000000 {"a":1}', lineOf('{"a":1').trimEnd(), lineOf('{"a":1}').slice(0, -2)])(
    'is nothing when it is not whole: %s',
    (line) => {
      expect(jsonIn(line)).toBeUndefined()
    },
  )
})

describe('lines are read', () => {
  test('in any portions', () => {
    for (let size = 1; size <= bytes.length; size++) {
      const reader = new LineReader()
      const read: unknown[] = []
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)))
      expect(read).toEqual([{ a: 1 }, { text: 'äöü' }, { list: [1, 2, 3] }])
      expect(reader.cut).toBeUndefined()
    }
  })

  test('up to a cut, which says where it is', () => {
    const reader = new LineReader()
    const whole = Buffer.byteLength(`${lines[0]}${lines[1]}`)
    expect(reader.push(bytes.subarray(0, whole + 12))).toHaveLength(2)
    expect(reader.cut).toEqual({ at: whole, why: 'cut' })
  })

  test('up to one that was changed, and no further', () => {
    const harmed = Buffer.from(bytes)
    const first = Buffer.byteLength(lines[0] ?? '')
    harmed[first + 12] = (harmed[first + 12] ?? 0) ^ 1
    const reader = new LineReader()
    expect(reader.push(harmed)).toEqual([{ a: 1 }])
    expect(reader.push(bytes)).toEqual([])
    expect(reader.cut).toEqual({ at: first, why: 'damaged' })
  })

  test('no longer than they may be', () => {
    const reader = new LineReader()
    reader.push(new Uint8Array(lineLengthMax + 1).fill(0x20))
    expect(reader.cut).toEqual({ at: 0, why: 'damaged' })
  })
})
