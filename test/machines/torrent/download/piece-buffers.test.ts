import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { PieceBuffers } from '../../../../machines/torrent/download/piece-buffers.ts'
import { longTest } from '../../../in-full.ts'

const layout = new Layout({ pieceLength: 32_768, length: 32_768 + 100 })
const block = (value: number, length = 16_384) => new Uint8Array(length).fill(value)

describe('the blocks of a piece', () => {
  test('land in their places, in any order, and are copies', () => {
    const buffers = new PieceBuffers(layout)
    const second = block(2)
    buffers.put(0, 16_384, second)
    buffers.put(0, 0, block(1))
    second.fill(9)
    const piece = buffers.take(0)
    expect(piece).toHaveLength(32_768)
    expect([piece[0], piece[16_383], piece[16_384], piece[32_767]]).toEqual([1, 1, 2, 2])
  })

  test('of the short last piece make as many bytes as it has', () => {
    const buffers = new PieceBuffers(layout)
    buffers.put(1, 0, block(3, 100))
    expect(buffers.take(1)).toHaveLength(100)
  })

  test('are not there before the first came, and not twice', () => {
    const buffers = new PieceBuffers(layout)
    expect(() => buffers.take(0)).toThrow(RangeError)
    buffers.put(0, 0, block(1))
    buffers.take(0)
    expect(() => buffers.take(0)).toThrow('no block of piece 0')
  })
})

describe('memory', () => {
  test('is held for pieces in progress alone', () => {
    const buffers = new PieceBuffers(layout)
    expect(buffers.openBytes).toBe(0)
    buffers.put(0, 0, block(1))
    buffers.put(1, 0, block(1, 100))
    expect(buffers.openBytes).toBe(2 * 32_768)
    buffers.take(0)
    buffers.take(1)
    expect(buffers.openBytes).toBe(0)
  })

  test('that came back is used for the next piece, whole, also after a short one', () => {
    const buffers = new PieceBuffers(layout)
    buffers.put(1, 0, block(1, 100))
    const short = buffers.take(1)
    buffers.recycle(short)
    buffers.put(0, 16_384, block(2))
    const piece = buffers.take(0)
    expect(piece.buffer).toBe(short.buffer)
    expect(piece).toHaveLength(32_768)
  })

  test('that is handed out is not written to until it comes back', () => {
    const buffers = new PieceBuffers(layout)
    buffers.put(0, 0, block(1))
    const out = buffers.take(0)
    buffers.put(0, 0, block(2))
    expect(out[0]).toBe(1)
  })

  longTest('is kept up to 32 MiB, and freed by clear', () => {
    const large = new Layout({ pieceLength: 16 * 1024 * 1024, length: 16 * 1024 * 1024 * 4 })
    const buffers = new PieceBuffers(large)
    const pieces = [0, 1, 2].map((index) => {
      buffers.put(index, 0, block(index))
      return buffers.take(index)
    })
    for (const piece of pieces) buffers.recycle(piece)
    const again = [0, 1, 2].map((index) => {
      buffers.put(index, 0, block(index))
      return buffers.take(index).buffer
    })
    expect(again.filter((buffer) => pieces.some((piece) => piece.buffer === buffer))).toHaveLength(2)
    for (const piece of pieces) buffers.recycle(piece)
    buffers.clear()
    buffers.put(3, 0, block(3))
    expect(pieces.map(({ buffer }) => buffer)).not.toContain(buffers.take(3).buffer)
  })
})
