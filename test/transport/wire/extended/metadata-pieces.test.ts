import { describe, expect, it } from 'vitest'
import { metainfoBytesMax } from '../../../../storage/metainfo.ts'
import {
  metadataBytesMax,
  metadataPieceCount,
  metadataPieceLength,
} from '../../../../transport/wire/extended/metadata-pieces.ts'

describe('pieces of metadata', () => {
  it.each([
    [1, 1, 1],
    [16383, 1, 16383],
    [16384, 1, 16384],
    [16385, 2, 1],
    [31235, 2, 14851],
    [metadataBytesMax, 640, 16384],
  ])('of %i bytes are %i, the last of %i bytes and the others of 16 KiB', (size, count, last) => {
    expect(metadataPieceCount(size)).toBe(count)
    expect(metadataPieceLength(size, count - 1)).toBe(last)
    if (count > 1) expect(metadataPieceLength(size, 0)).toBe(16384)
  })

  it.each([0, -1, 1.5, metadataBytesMax + 1, Number.NaN])('are none of %s bytes', (size) => {
    expect(() => metadataPieceCount(size)).toThrow(RangeError)
    expect(() => metadataPieceLength(size, 0)).toThrow(RangeError)
  })

  it.each([-1, 2, 0.5])('of 16385 bytes have none with the index %s', (piece) => {
    expect(() => metadataPieceLength(16385, piece)).toThrow(RangeError)
  })

  it('are fetched up to the length that can be read', () => {
    expect(metadataBytesMax).toBe(metainfoBytesMax)
  })
})
