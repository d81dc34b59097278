import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyExtendedHandshake } from '../../../../testing/fast-check/extended-messages.ts'
import { encode } from '../../../../transport/wire/encode.ts'
import { extensionsMax } from '../../../../transport/wire/extended/extensions-max.ts'
import {
  clientNameBytesMax,
  decodeExtendedHandshake,
  type ExtendedHandshake,
  encodeExtendedHandshake,
  extendedHandshakeId,
} from '../../../../transport/wire/extended/handshake.ts'
import { concat, hex, recordMessages, toHex } from '../record.ts'

const full: ExtendedHandshake = {
  m: { lt_donthave: 7, ut_metadata: 2, ut_pex: 1 },
  metadataSize: 31235,
  p: 6881,
  reqq: 250,
  v: 'peerchart 0.1',
  yourip: Uint8Array.of(203, 0, 113, 5),
}
const fullOnTheWire =
  '00000082140064313a6d6431313a6c745f646f6e746861766569376531313a75745f6d65746164617461693265363a75745f7065786931656531333a6d657461646174615f73697a6569333132333565313a70693638383165343a726571716932353065313a7631333a70656572636861727420302e31363a796f75726970343acb00710565'

const decodeText = (letters: string) => decodeExtendedHandshake(new TextEncoder().encode(letters))

describe('extended handshake (BEP 10)', () => {
  it('is written with its keys in order', () => {
    const payload = encodeExtendedHandshake(full)
    expect(toHex(concat(encode({ name: 'extended', id: extendedHandshakeId, payload })))).toBe(fullOnTheWire)
  })

  it('is read, and keeps nothing of the read it came with', () => {
    let read: ExtendedHandshake | undefined
    const chunk = hex(fullOnTheWire)
    const { reader } = recordMessages(1024, {
      message: (message) => {
        if (message.name === 'extended') read = decodeExtendedHandshake(message.payload)
      },
    })
    reader.push(chunk)
    chunk.fill(0)
    expect(read).toEqual(full)
  })

  it('names other addresses of its sender, in order among the keys', () => {
    const others = {
      ipv4: Uint8Array.of(1, 2, 3, 4),
      ipv6: new Uint8Array(16).fill(0x61),
      prefersEncryption: true,
      p: 1,
    }
    const letters = 'd1:ei1e4:ipv44:\x01\x02\x03\x044:ipv616:aaaaaaaaaaaaaaaa1:pi1ee'
    expect(new TextDecoder().decode(encodeExtendedHandshake(others))).toBe(letters)
    expect(decodeText(letters)).toEqual(others)
  })

  it('may say nothing', () => {
    expect(new TextDecoder().decode(encodeExtendedHandshake({}))).toBe('de')
    expect(decodeText('de')).toEqual({})
  })

  it.each([
    ['no bytes', ''],
    ['no bencode', 'hello'],
    ['a list', 'le'],
    ['a cut dictionary', 'd1:pi6881e'],
    ['100 000 lists in one another', `d1:m${'l'.repeat(100_000)}${'e'.repeat(100_000)}e`],
    ['100 000 dictionaries in one another', `${'d1:m'.repeat(100_000)}de${'e'.repeat(100_000)}`],
    ['12 000 dictionaries in one another, in a frame', `${'d1:m'.repeat(12_000)}de${'e'.repeat(12_000)}`],
  ])('that is %s is none', (_, letters) => {
    expect(decodeText(letters)).toBeUndefined()
  })

  it.each([
    ['an m that is a list', 'd1:mlee'],
    ['a port 0', 'd1:pi0ee'],
    ['a port above 65535', 'd1:pi65536ee'],
    ['a port as text', 'd1:p4:6881e'],
    ['a negative reqq', 'd4:reqqi-1ee'],
    ['a reqq beyond safe integers', `d4:reqqi${'9'.repeat(30)}ee`],
    ['a v that is an integer', 'd1:vi1ee'],
    ['a v that is too long', `d1:v${clientNameBytesMax + 1}:${'x'.repeat(clientNameBytesMax + 1)}e`],
    ['a yourip of 5 bytes', 'd6:yourip5:12345e'],
    ['an ipv4 of 16 bytes', 'd4:ipv416:1234567890123456e'],
    ['an ipv6 of 4 bytes', 'd4:ipv64:1234e'],
    ['an upload_only that is text', 'd11:upload_only1:1e'],
    ['an e that is a list', 'd1:elee'],
    ['a v that only looks like bytes', 'd1:vd9:__proto__3:abcee'],
    ['a yourip that only looks like bytes', 'd6:youripd9:__proto__4:abcdee'],
    ['a metadata_size of 0', 'd13:metadata_sizei0ee'],
    ['an unknown key', 'd1:zi1ee'],
  ])('leaves out %s', (_, letters) => {
    expect(decodeText(letters)).toEqual({})
  })

  it('leaves out the names whose ids are none, and keeps 0, which disables', () => {
    expect(decodeText('d1:md1:ai256e1:bi-1e1:c1:11:di0e6:ut_pexi255eee')).toEqual({ m: { d: 0, ut_pex: 255 } })
  })

  it.each([
    ['0', false],
    ['1', true],
    ['2', true],
    ['-1', true],
  ])('takes an upload_only (BEP 21) and an e of %s for %s', (integer, is) => {
    expect(decodeText(`d1:ei${integer}e11:upload_onlyi${integer}ee`)).toEqual({ prefersEncryption: is, uploadOnly: is })
  })

  it('writes upload_only and e as 1 and 0', () => {
    const letters = (handshake: ExtendedHandshake) => new TextDecoder().decode(encodeExtendedHandshake(handshake))
    expect(letters({ uploadOnly: true, prefersEncryption: true })).toBe('d1:ei1e11:upload_onlyi1ee')
    expect(letters({ uploadOnly: false, prefersEncryption: false })).toBe('d1:ei0e11:upload_onlyi0ee')
  })

  it(`takes ${extensionsMax} names at most`, () => {
    const names = Array.from({ length: extensionsMax + 1 }, (_, i) => `3:${100 + i}i1e`).join('')
    expect(Object.keys(decodeText(`d1:md${names}ee`)?.m ?? {})).toHaveLength(extensionsMax)
  })

  it('reads text that is no UTF-8 with replacement letters, and bytes behind the dictionary not at all', () => {
    expect(decodeExtendedHandshake(hex('64313a76323aff4165 00'))).toEqual({ v: '\ufffdA' })
  })

  it.each<[string, ExtendedHandshake]>([
    ['an id of 256', { m: { ut_pex: 256 } }],
    ['an id that is no integer', { m: { ut_pex: 1.5 } }],
    ['port 0', { p: 0 }],
    ['a negative reqq', { reqq: -1 }],
    ['a yourip of 5 bytes', { yourip: new Uint8Array(5) }],
    ['an ipv4 of 16 bytes', { ipv4: new Uint8Array(16) }],
    ['an ipv6 of 4 bytes', { ipv6: new Uint8Array(4) }],
    ['a name that is too long', { v: 'x'.repeat(clientNameBytesMax + 1) }],
    ['a metadata size of 0', { metadataSize: 0 }],
    [
      'too many extensions',
      { m: Object.fromEntries(Array.from({ length: extensionsMax + 1 }, (_, i) => [`x${i}`, 1])) },
    ],
  ])('is not written with %s', (_, handshake) => {
    expect(() => encodeExtendedHandshake(handshake)).toThrow(RangeError)
  })

  it('has an extension that is named as the prototype of objects is, like any other', () => {
    const m = decodeText('d1:md9:__proto__i1e6:ut_pexi2eee')?.m ?? {}
    expect(Object.entries(m)).toEqual([
      ['__proto__', 1],
      ['ut_pex', 2],
    ])
  })

  it('says nothing by way of a key __proto__', () => {
    expect(decodeText('d9:__proto__d1:md6:ut_pexi1ee1:pi6881e4:reqqi9e1:v3:abcee')).toEqual({})
  })

  it('reads back what was written', () => {
    fc.assert(
      fc.property(anyExtendedHandshake, (handshake) => {
        expect(decodeExtendedHandshake(encodeExtendedHandshake(handshake))).toEqual(handshake)
      }),
    )
  })

  it('never throws, whatever the bytes of a handshake become', () => {
    const body = encodeExtendedHandshake(full)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { maxLength: 5 }), (changes) => {
        const bytes = body.slice()
        for (const [at, byte] of changes) bytes[at] = byte
        decodeExtendedHandshake(bytes)
      }),
    )
  })
})
