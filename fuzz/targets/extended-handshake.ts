import { isDeepStrictEqual } from 'node:util'
import { extensionsMax } from '../../transport/wire/extended/extensions-max.ts'
import {
  clientNameBytesMax,
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  extensionNameMax,
} from '../../transport/wire/extended/handshake.ts'
import { must, type Target } from '../engine/target.ts'

/** An extended handshake (BEP 10): what it says is within bounds, and can be said again. */
export const target: Target = {
  covers: ['transport/wire/extended/handshake.ts', 'transport/wire/extended/fields.ts'],
  words: [
    '1:e',
    '4:ipv4',
    '4:ipv6',
    '1:m',
    '13:metadata_size',
    '1:p',
    '4:reqq',
    '11:upload_only',
    '1:v',
    '6:yourip',
    'i0e',
    'de',
  ],
  seeds: () => ({
    all: encodeExtendedHandshake({
      m: { ut_metadata: 1, ut_pex: 2, ut_holepunch: 3, lt_donthave: 4, upload_only: 0 },
      p: 6881,
      v: 'peerchart 0.1.0',
      reqq: 512,
      yourip: Uint8Array.of(192, 0, 2, 1),
      ipv4: Uint8Array.of(192, 0, 2, 1),
      ipv6: new Uint8Array(16).fill(1),
      metadataSize: 31_235,
      uploadOnly: true,
      prefersEncryption: false,
    }),
    none: 'de',
  }),
  run(input) {
    const said = decodeExtendedHandshake(input)
    if (!said) return 'nothing'
    const { m = {}, v = '' } = said
    must(Object.keys(m).length <= extensionsMax, 'there are no more extensions than are taken')
    must(
      Object.keys(m).every((name) => name.length <= extensionNameMax),
      'no name is longer than one that is taken',
    )
    must(v.length <= clientNameBytesMax, 'the name of the client is bounded')
    // A name that was no UTF-8 is longer once it is.
    if (Buffer.byteLength(v) > clientNameBytesMax) return 'long'
    must(isDeepStrictEqual(decodeExtendedHandshake(encodeExtendedHandshake(said)), said), 'said again it is the same')
    return Object.keys(said).length > 5 ? 'much' : 'little'
  },
}
