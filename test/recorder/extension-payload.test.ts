import { describe, expect, test } from 'vitest'
import { recordedPayload } from '../../recorder/extension-payload.ts'
import { keepAddresses, replaceAddresses } from '../../recorder/privacy.ts'
import { decodeBencode, encodeBencode } from '../../transport/wire/bencode.ts'
import { decodePex, encodePex } from '../../transport/wire/extended/ut-pex.ts'

const replace = replaceAddresses(new Uint8Array(32).fill(1))
const pex = encodePex({
  added: [
    { address: { host: '192.0.2.1', port: 6881 }, flags: 2 },
    { address: { host: '2001:db8::1', port: 6882 }, flags: 0 },
  ],
  dropped: [{ host: '192.0.2.3', port: 6883 }],
})
const metadata = Buffer.concat([encodeBencode({ msg_type: 1, piece: 0, total_size: 5 }), Buffer.from('4:name')])

describe('of a message of an extension', () => {
  test('peer exchange has other addresses, with the ports and flags it had', () => {
    expect(decodePex(recordedPayload(pex, replace, false))).toEqual({
      added: [
        { address: { host: replace.host('192.0.2.1'), port: 6881 }, flags: 2 },
        { address: { host: replace.host('2001:db8::1'), port: 6882 }, flags: 0 },
      ],
      dropped: [{ host: replace.host('192.0.2.3'), port: 6883 }],
    })
  })

  test('metadata has none of its data', () => {
    const recorded = Buffer.from(recordedPayload(metadata, replace, false))
    expect(recorded).toHaveLength(metadata.length)
    expect(recorded.toString()).toContain('8:msg_type')
    expect(recorded.toString()).not.toContain('name')
    expect(recordedPayload(metadata, replace, true)).toEqual(metadata)
  })

  test('flags of addresses in peer exchange stay as far as they are known, and no byte more than there are addresses', () => {
    const spoken = encodeBencode({ added: Uint8Array.of(192, 0, 2, 1, 1, 1), 'added.f': Uint8Array.of(0xe2, 192, 0) })
    const { value } = decodeBencode(recordedPayload(spoken, replace, false)) ?? {}
    expect(value).toMatchObject({ 'added.f': Uint8Array.of(2, 0, 0) })
  })

  test.each([
    ['one that nobody knows', Buffer.from('192.0.2.1 says hello')],
    ['a dictionary with another key', encodeBencode({ added: '', where: '192.0.2.1' })],
    ['metadata with another value', encodeBencode({ msg_type: 0, where: '192.0.2.1' })],
    ['metadata with another key', encodeBencode({ msg_type: 0, '192.0.2.1': 1 })],
    ['peer exchange with another value', encodeBencode({ added: { by: '192.0.2.1' } })],
    ['four bytes, which may be an address', Uint8Array.of(192, 0, 2, 1)],
    ['one byte', Uint8Array.of(1)],
  ])('%s has its length alone', (_, payload) => {
    expect(recordedPayload(payload, replace, true)).toEqual(new Uint8Array(payload.length))
    expect(recordedPayload(payload, keepAddresses, true)).toEqual(payload)
  })

  test('a list that is cut within an address has nothing of that', () => {
    const recorded = recordedPayload(encodeBencode({ added: Uint8Array.of(192, 0, 2) }), replace, false)
    expect(Buffer.from(recorded).includes(Buffer.from([192, 0, 2]))).toBe(false)
  })

  test('with addresses kept all is left but metadata', () => {
    expect(recordedPayload(pex, keepAddresses, false)).toEqual(pex)
    expect(Buffer.from(recordedPayload(metadata, keepAddresses, false)).toString()).not.toContain('name')
  })
})
