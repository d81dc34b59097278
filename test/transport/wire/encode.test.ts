import { describe, expect, it } from 'vitest'
import { encode, encodeHaves, encodeSent } from '../../../transport/wire/encode.ts'
import type { Message } from '../../../transport/wire/messages.ts'
import { concat, toHex } from './record.ts'

const wire = (message: Message) => toHex(concat(encode(message)))
const request = { index: 1, begin: 16384, length: 16384 }

describe('encode', () => {
  it.each<[string, Message]>([
    ['00000000', { name: 'keep_alive' }],
    ['0000000100', { name: 'choke' }],
    ['0000000101', { name: 'unchoke' }],
    ['0000000102', { name: 'interested' }],
    ['0000000103', { name: 'not_interested' }],
    ['00000005040000002a', { name: 'have', index: 42 }],
    ['00000003058040', { name: 'bitfield', bits: Uint8Array.of(0x80, 0x40) }],
    ['0000000d06000000010000400000004000', { name: 'request', requests: [request] }],
    [
      '0000000c070000000100004000616263',
      { name: 'piece', blocks: [{ index: 1, begin: 16384, data: new TextEncoder().encode('abc') }] },
    ],
    ['0000000d08000000010000400000004000', { name: 'cancel', requests: [request] }],
    ['00000003091ae1', { name: 'port', port: 6881 }],
    ['000000050dffffffff', { name: 'suggest_piece', index: 0xffff_ffff }],
    ['000000010e', { name: 'have_all' }],
    ['000000010f', { name: 'have_none' }],
    ['0000000d10000000010000400000004000', { name: 'reject_request', requests: [request] }],
    ['000000051180000000', { name: 'allowed_fast', index: 0x8000_0000 }],
    ['00000006140700000005', { name: 'extended', id: 7, payload: Uint8Array.of(0, 0, 0, 5) }],
  ])('gives %s', (expected, message) => {
    expect(wire(message)).toBe(expected)
  })

  it.each(['request', 'cancel', 'reject_request'] as const)('puts a batch of %s into one chunk', (name) => {
    const message = { name, requests: [request, { ...request, begin: 0 }, { ...request, index: 2 }] }
    expect(encode(message)).toHaveLength(1)
    expect(wire(message)).toBe(message.requests.map((one) => wire({ name, requests: [one] })).join(''))
  })

  it('puts many haves into one chunk', () => {
    const indexes = [0, 7, 0xffff_ffff]
    expect(toHex(encodeHaves(indexes))).toBe(indexes.map((index) => wire({ name: 'have', index })).join(''))
    expect(() => encodeHaves([-1])).toThrow(RangeError)
  })

  it('gives the data of blocks by reference, and the headers between them share one buffer', () => {
    const [first, second] = [new Uint8Array(16384).fill(1), new Uint8Array(100).fill(2)]
    const chunks = encode({
      name: 'piece',
      blocks: [
        { index: 3, begin: 0, data: first },
        { index: 3, begin: 16384, data: second },
      ],
    })
    expect(chunks.map((chunk) => chunk.length)).toEqual([13, 16384, 13, 100])
    expect(chunks[1]).toBe(first)
    expect(chunks[3]).toBe(second)
    expect(chunks[0]?.buffer).toBe(chunks[2]?.buffer)
    expect(toHex(concat([chunks[0] ?? first, chunks[2] ?? first]))).toBe(
      '00004009070000000300000000' + '0000006d070000000300004000',
    )
  })

  it('gives no bytes for a batch of nothing', () => {
    expect(encode({ name: 'piece', blocks: [] })).toEqual([])
    expect(encode({ name: 'request', requests: [] })).toEqual([])
  })

  it('rejects whatever the remote asked for, also no bytes', () => {
    expect(wire({ name: 'reject_request', requests: [{ index: 0, begin: 0, length: 0 }] })).toBe(
      '0000000d10000000000000000000000000',
    )
  })

  it('gives fresh memory each time, so that a chunk may be encrypted in place', () => {
    expect(encode({ name: 'choke' })[0]?.buffer).not.toBe(encode({ name: 'choke' })[0]?.buffer)
    const bits = Uint8Array.of(0x80)
    expect(encode({ name: 'bitfield', bits })[0]?.buffer).not.toBe(bits.buffer)
  })

  const block = { index: 0, begin: 0, data: Uint8Array.of(1) }
  it.each<[string, Message]>([
    ['a negative index', { name: 'have', index: -1 }],
    ['an index that is no integer', { name: 'suggest_piece', index: 1.5 }],
    ['an index above 2^32 - 1', { name: 'allowed_fast', index: 2 ** 32 }],
    ['an index that is no number', { name: 'have', index: Number.NaN }],
    ['a bitfield without bytes', { name: 'bitfield', bits: new Uint8Array(0) }],
    ['a request with a negative index', { name: 'request', requests: [{ ...request, index: -1 }] }],
    ['a cancel with a negative begin', { name: 'cancel', requests: [request, { ...request, begin: -1 }] }],
    ['a request of no bytes', { name: 'request', requests: [{ ...request, length: 0 }] }],
    ['a cancel of no bytes', { name: 'cancel', requests: [{ ...request, length: 0 }] }],
    ['a reject of a negative length', { name: 'reject_request', requests: [{ ...request, length: -1 }] }],
    ['a block with a negative index', { name: 'piece', blocks: [{ ...block, index: -1 }] }],
    ['a block with a fractional begin', { name: 'piece', blocks: [{ ...block, begin: 0.5 }] }],
    ['a block without bytes', { name: 'piece', blocks: [{ ...block, data: new Uint8Array(0) }] }],
    ['port 0', { name: 'port', port: 0 }],
    ['port 65536', { name: 'port', port: 65536 }],
    ['an extended id of 256', { name: 'extended', id: 256, payload: new Uint8Array(0) }],
  ])('refuses %s', (_, message) => {
    expect(() => encode(message)).toThrow(RangeError)
  })

  it('says which field of which message it refuses', () => {
    expect(() => encode({ name: 'have', index: -1 })).toThrow('have: index is -1, not an integer from 0 to 4294967295')
  })
})

describe('encodeSent', () => {
  it('writes what a peer sends as the message of its name', () => {
    expect(encodeSent({ type: 'send.keep_alive' })).toEqual(encode({ name: 'keep_alive' }))
    expect(encodeSent({ type: 'send.have', index: 42 })).toEqual(encode({ name: 'have', index: 42 }))
    expect(encodeSent({ type: 'send.cancel', requests: [request] })).toEqual(
      encode({ name: 'cancel', requests: [request] }),
    )
  })

  it('refuses what is no message', () => {
    expect(() => encodeSent({ type: 'send.nonsense' } as never)).toThrow('send.nonsense is no message')
  })
})
