import { describe, expect, it } from 'vitest'
import { decodeBlock, decodeBlockRequest, decodeBlockStart, receivedMessage } from '../../../transport/wire/decode.ts'
import { hex } from './record.ts'

describe('receivedMessage', () => {
  it('is the event of the name, with the fields', () => {
    expect(receivedMessage('have', { index: 7 })).toEqual({ type: 'wire.have', index: 7 })
    expect(receivedMessage('keep_alive', {})).toEqual({ type: 'wire.keep_alive' })
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
