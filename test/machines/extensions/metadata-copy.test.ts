import { describe, expect, it } from 'vitest'
import { liarsIn, MetadataCopy } from '../../../machines/extensions/metadata-copy.ts'
import { metadataPieceBytes } from '../../../transport/wire/extended/metadata-pieces.ts'

const size = 2 * metadataPieceBytes + 5
const full = (value: number): Uint8Array => new Uint8Array(metadataPieceBytes).fill(value)
const short = (value: number): Uint8Array => new Uint8Array(5).fill(value)

describe('a copy of the metadata', () => {
  it.each([
    [1, 1],
    [metadataPieceBytes, 1],
    [metadataPieceBytes + 1, 2],
    [10 * 1024 * 1024, 640],
  ])('of %i bytes has %i pieces (BEP 9)', (bytes, pieces) => {
    expect(new MetadataCopy(bytes).pieceCount).toBe(pieces)
  })

  it('joins pieces that came in any order, and knows which peer gave each first', () => {
    const copy = new MetadataCopy(size)
    copy.put(2, short(3), 7)
    copy.put(0, full(1), 8)
    copy.put(0, full(9), 9)
    expect([copy.isWhole, copy.has(0), copy.has(1)]).toEqual([false, true, false])
    copy.put(1, full(2), 7)
    expect(copy.isWhole).toBe(true)
    expect(copy.join()).toEqual({ bytes: Uint8Array.of(...full(1), ...full(2), ...short(3)), contributors: [8, 7, 7] })
  })

  it('forgets what has been here longest, to be given anew by any peer', () => {
    const copy = new MetadataCopy(size)
    copy.shed()
    copy.put(2, short(3), 7)
    copy.put(0, full(1), 8)
    expect(copy.held).toBe(metadataPieceBytes + 5)
    copy.shed()
    expect([copy.held, copy.has(0), copy.has(2)]).toEqual([metadataPieceBytes, true, false])
    copy.put(2, short(4), 9)
    copy.put(1, full(2), 7)
    expect(copy.join()).toEqual({ bytes: Uint8Array.of(...full(1), ...full(2), ...short(4)), contributors: [8, 7, 9] })
  })

  it('is not joined while a piece is missing', () => {
    expect(() => new MetadataCopy(1).join()).toThrow('metadata piece 0 of 1 is missing')
  })

  it('keeps what it was given when the memory behind it is read into again', () => {
    const copy = new MetadataCopy(5)
    const chunk = short(1)
    copy.put(0, chunk, 7)
    chunk.fill(9)
    expect(copy.join().bytes).toEqual(short(1))
  })

  it('that is corrupt names the peers that gave pieces other than the true ones, each once', () => {
    const truth = Uint8Array.of(...full(1), ...full(2), ...short(3))
    const bad = { bytes: Uint8Array.of(...full(9), ...full(2), ...short(9)), contributors: [7, 8, 7] }
    expect(liarsIn(bad, truth)).toEqual([7])
    expect(liarsIn({ ...bad, contributors: [7, 8, 9] }, truth)).toEqual([7, 9])
  })

  it.each([
    ['first', 0, 7],
    ['last of its piece', metadataPieceBytes - 1, 7],
    ['first of the next', metadataPieceBytes, 8],
    ['very last', size - 1, 9],
  ])('that is wrong in one byte, the %s, names the peer that gave it', (_, at, liar) => {
    const bytes = new Uint8Array(size)
    bytes[at] = 1
    expect(liarsIn({ bytes, contributors: [7, 8, 9] }, new Uint8Array(size))).toEqual([liar])
  })
})
