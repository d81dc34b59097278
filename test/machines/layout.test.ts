import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockBytes, Layout } from '../../machines/layout.ts'

describe('a layout', () => {
  it('is of one file where none are given', () => {
    expect(new Layout({ pieceLength: 4, length: 9, files: [] }).files).toEqual([{ offset: 0, length: 9 }])
  })

  it('gives every byte of the torrent to exactly one block, none of which crosses a piece border', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (pieceLength, length) => {
          fc.pre(length / pieceLength < 500)
          const layout = new Layout({ pieceLength, length })
          let next = 0
          for (let index = 0; index < layout.pieceCount; index++) {
            for (let block = 0; block < layout.blocksIn(index); block++) {
              const request = layout.blockAt(index, block)
              expect(request.index * pieceLength + request.begin).toBe(next)
              expect(request.begin + request.length).toBeLessThanOrEqual(layout.pieceBytes(index))
              expect(layout.blockIndex(request.begin)).toBe(block)
              expect(layout.isBlock(request.index, request.begin, request.length)).toBe(true)
              expect(layout.isValidRequest(request)).toBe(true)
              next += request.length
            }
          }
          expect(next).toBe(length)
        },
      ),
    )
  })

  it('cuts the last piece and its last block short', () => {
    const layout = new Layout({ pieceLength: 2 * blockBytes, length: 3 * blockBytes + 5 })
    expect([layout.pieceCount, layout.blocksPerPiece, layout.pieceBytes(1)]).toEqual([2, 2, blockBytes + 5])
    expect(layout.blockAt(1, 1)).toEqual({ index: 1, begin: blockBytes, length: 5 })
  })

  const layout = new Layout({ pieceLength: 40_000, length: 100_000 })

  it.each([
    ['any bytes inside a piece', { index: 0, begin: 100, length: 7 }],
    ['a whole block', { index: 1, begin: 16_384, length: 16_384 }],
    ['up to the end of the last piece', { index: 2, begin: 19_999, length: 1 }],
  ])('takes a request for %s', (_, request) => {
    expect(layout.isValidRequest(request)).toBe(true)
  })

  it.each([
    ['a piece behind the last', { index: 3, begin: 0, length: 1 }],
    ['a piece before the first', { index: -1, begin: 0, length: 1 }],
    ['half a piece number', { index: 0.5, begin: 0, length: 1 }],
    ['a negative begin', { index: 0, begin: -1, length: 10 }],
    ['no bytes', { index: 0, begin: 0, length: 0 }],
    ['more than 16 KiB', { index: 0, begin: 0, length: 16_385 }],
    ['bytes behind a piece', { index: 0, begin: 39_999, length: 2 }],
    ['bytes behind the last piece', { index: 2, begin: 19_999, length: 2 }],
    ['no number', { index: 0, begin: Number.NaN, length: 1 }],
  ])('refuses a request for %s', (_, request) => {
    expect(layout.isValidRequest(request)).toBe(false)
    expect(layout.isBlock(request.index, request.begin, request.length)).toBe(false)
  })

  it.each([
    ['an odd start', 0, 100, 16_384],
    ['a part', 0, 0, 16_383],
    ['the short last block in full length', 0, 32_768, 16_384],
    ['a block behind the piece', 0, 49_152, 16_384],
  ])('has no block with %s', (_, index, begin, length) => {
    expect(layout.isBlock(index, begin, length)).toBe(false)
  })

  it('throws for what does not exist', () => {
    expect(() => layout.pieceBytes(3)).toThrow(RangeError)
    expect(() => layout.blocksIn(-1)).toThrow(RangeError)
    expect(() => layout.blockAt(2, 2)).toThrow(RangeError)
    expect(() => layout.blockAt(0, -1)).toThrow(RangeError)
    expect(() => new Layout({ pieceLength: 0, length: 1 })).toThrow(RangeError)
    expect(() => new Layout({ pieceLength: 1, length: 0 })).toThrow(RangeError)
  })
})
