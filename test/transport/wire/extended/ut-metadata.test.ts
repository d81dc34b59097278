import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyMetadataMessage } from '../../../../testing/fast-check/extended-messages.ts'
import { encode } from '../../../../transport/wire/encode.ts'
import { metadataBytesMax, metadataPieceBytes } from '../../../../transport/wire/extended/metadata-pieces.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
} from '../../../../transport/wire/extended/ut-metadata.ts'
import { concat, toHex } from '../record.ts'

const text = (letters: string) => new TextEncoder().encode(letters)
const decodeText = (letters: string) => decodeMetadataMessage(text(letters))
const written = (message: MetadataMessage) => new TextDecoder().decode(encodeMetadataMessage(message))

describe('ut_metadata (BEP 9)', () => {
  it('puts the raw bytes of data behind the dictionary', () => {
    const payload = encodeMetadataMessage({ type: 'data', piece: 0, totalSize: 3, data: text('abc') })
    expect(toHex(concat(encode({ name: 'extended', id: 2, payload })))).toBe(
      '0000002e140264383a6d73675f74797065693165353a706965636569306531303a746f74616c5f73697a6569336565616263',
    )
  })

  it('writes a request as 0 and a reject as 2', () => {
    expect(written({ type: 'request', piece: 7 })).toBe('d8:msg_typei0e5:piecei7ee')
    expect(written({ type: 'reject', piece: 7 })).toBe('d8:msg_typei2e5:piecei7ee')
  })

  it('finds the end of the dictionary, not its letters "ee", wherever its keys stand', () => {
    expect(decodeText('d1:ad1:bi1ee10:total_sizei5e5:piecei0e8:msg_typei1e1:z2:eeeeee-e')).toEqual({
      type: 'data',
      piece: 0,
      totalSize: 5,
      data: text('eee-e'),
    })
  })

  it('gives data as a view of the payload, a plain Uint8Array also of a Buffer', () => {
    const payload = Buffer.from('..d8:msg_typei1e5:piecei0e10:total_sizei3eeabc').subarray(2)
    const message = decodeMetadataMessage(payload)
    payload.fill(0x78)
    expect(message).toStrictEqual({ type: 'data', piece: 0, totalSize: 3, data: text('xxx') })
  })

  it.each([
    ['an unknown msg_type', 'd8:msg_typei3e5:piecei0ee'],
    ['a negative one', 'd8:msg_typei-1e5:piecei0ee'],
    ['one beyond safe integers', `d8:msg_typei${'9'.repeat(30)}ee`],
    ['one without a piece', 'd8:msg_typei3ee'],
  ])('with %s is to be ignored, not malformed', (_, letters) => {
    expect(decodeText(letters)).toEqual({ type: 'unknown' })
  })

  it.each([
    ['is no bytes', ''],
    ['is no bencode', 'hello'],
    ['is a list', 'li0ei0ee'],
    ['is cut', 'd8:msg_typei0e5:piecei0e'],
    ['has no msg_type', 'd5:piecei0ee'],
    ['has text for a msg_type', 'd8:msg_type1:05:piecei0ee'],
    ['requests no piece', 'd8:msg_typei0ee'],
    ['requests a piece below 0', 'd8:msg_typei0e5:piecei-1ee'],
    ['rejects a piece that is text', 'd8:msg_typei2e5:piece1:0e'],
    ['rejects a piece beyond safe integers', `d8:msg_typei2e5:piecei${'9'.repeat(30)}ee`],
    ['has data without total_size', 'd8:msg_typei1e5:piecei0eeabc'],
    ['has data without a piece', 'd8:msg_typei1e10:total_sizei3eeabc'],
    ['has data of a total_size of 0', 'd8:msg_typei1e5:piecei0e10:total_sizei0ee'],
    ['has a byte less than its total_size', 'd8:msg_typei1e5:piecei0e10:total_sizei3eeab'],
    ['has a byte more than its total_size', 'd8:msg_typei1e5:piecei0e10:total_sizei3eeabcd'],
    ['has a piece its total_size has not', 'd8:msg_typei1e5:piecei1e10:total_sizei3eeabc'],
    ['has a short piece that is not the last', 'd8:msg_typei1e5:piecei0e10:total_sizei16385eeabc'],
    [
      'has a total_size that nobody fetches',
      `d8:msg_typei1e5:piecei${metadataBytesMax / metadataPieceBytes}e10:total_sizei${metadataBytesMax + 1}eea`,
    ],
  ])('that %s is malformed', (_, letters) => {
    expect(decodeText(letters)).toBeUndefined()
  })

  it('is read with bytes behind a request, and with keys of later versions', () => {
    expect(decodeText('d8:msg_typei0e5:piecei1e1:zi1eeabc')).toEqual({ type: 'request', piece: 1 })
  })

  it.each<[string, MetadataMessage]>([
    ['a piece below 0', { type: 'request', piece: -1 }],
    ['a piece that is no integer', { type: 'reject', piece: 0.5 }],
    ['data that is too short', { type: 'data', piece: 0, totalSize: 3, data: text('ab') }],
    ['data that is too long', { type: 'data', piece: 0, totalSize: 3, data: text('abcd') }],
    ['a piece behind the end', { type: 'data', piece: 1, totalSize: 3, data: text('abc') }],
    ['a total size of 0', { type: 'data', piece: 0, totalSize: 0, data: text('') }],
  ])('is not written with %s', (_, message) => {
    expect(() => encodeMetadataMessage(message)).toThrow(RangeError)
  })

  it('reads back what was written', () => {
    fc.assert(
      fc.property(anyMetadataMessage, (message) => {
        const read = decodeMetadataMessage(encodeMetadataMessage(message))
        // Byte by byte toEqual would take a hundred times as long.
        expect({ ...read, data: read?.type === 'data' && toHex(read.data) }).toEqual({
          ...message,
          data: message.type === 'data' && toHex(message.data),
        })
      }),
    )
  })

  it('never throws, whatever the bytes, and whatever those of a message become', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeMetadataMessage(bytes)))
    const change = fc.tuple(fc.nat(60), fc.oneof(fc.nat(255), fc.constantFrom(...text('0123456789dlie:-'))))
    fc.assert(
      fc.property(anyMetadataMessage, fc.array(change, { minLength: 1, maxLength: 5 }), (message, changes) => {
        const bytes = encodeMetadataMessage(message)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        decodeMetadataMessage(bytes)
      }),
    )
  })
})
