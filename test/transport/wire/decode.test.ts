import { describe, expect, it } from 'vitest'
import { decode, decodeBlock, decodeBlockRequest, decodeBlockStart } from '../../../transport/wire/decode.ts'
import { hex } from './record.ts'

describe('decode', () => {
  it('reads a payload where it stands, numbers as unsigned', () => {
    const bytes = hex('ffff 80000001 1ae1 03 c0 ffff')
    expect(decode('have', bytes, 2, 6)).toEqual({ name: 'have', index: 0x8000_0001 })
    expect(decode('port', bytes, 6, 8)).toEqual({ name: 'port', port: 6881 })
    expect(decode('extended', bytes, 8, 10)).toEqual({ name: 'extended', id: 3, payload: Uint8Array.of(0xc0) })
    expect(decode('bitfield', bytes, 9, 10)).toEqual({ name: 'bitfield', bits: Uint8Array.of(0xc0) })
    expect(decode('have_none', bytes, 2, 2)).toEqual({ name: 'have_none' })
  })
})

describe('decodeBlock', () => {
  it('gives the data as a view', () => {
    const bytes = hex('ff 00000001 ffffffff 616263 ff')
    const block = decodeBlock(bytes, 1, 12)
    expect(block).toEqual({ index: 1, begin: 0xffff_ffff, data: Uint8Array.of(0x61, 0x62, 0x63) })
    expect(block.data.buffer).toBe(bytes.buffer)
  })
})

describe('decodeBlockStart', () => {
  it('reads which block has begun to come, once there is data of it', () => {
    const frame = hex('00004009 07 00000001 80000000 6162')
    expect(decodeBlockStart(frame, 14)).toEqual({ index: 1, begin: 0x8000_0000 })
    expect(decodeBlockStart(frame, 13)).toBeUndefined()
    expect(decodeBlockStart(hex('00004009 14 00000001 80000000 6162'), 14)).toBeUndefined()
    expect(decodeBlockStart(hex(''), 0)).toBeUndefined()
  })
})

describe('decodeBlockRequest', () => {
  it('reads index, begin and length', () => {
    expect(decodeBlockRequest(hex('ff 00000001 00004000 80000000'), 1)).toEqual({
      index: 1,
      begin: 16384,
      length: 0x8000_0000,
    })
  })
})
