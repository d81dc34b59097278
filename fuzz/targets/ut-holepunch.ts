import { isDeepStrictEqual } from 'node:util'
import { isDialable } from '../../transport/address.ts'
import { decodeDonthave, encodeDonthave } from '../../transport/wire/extended/lt-donthave.ts'
import { decodeUploadOnly, encodeUploadOnly } from '../../transport/wire/extended/upload-only.ts'
import { decodeHolepunch, encodeHolepunch } from '../../transport/wire/extended/ut-holepunch.ts'
import { must, type Target } from '../engine/target.ts'

/** The extensions whose messages are no bencode: `ut_holepunch` (BEP 55), `lt_donthave` (BEP 54) and `upload_only`. */
export const target: Target = {
  covers: [
    'transport/wire/extended/ut-holepunch.ts',
    'transport/wire/extended/lt-donthave.ts',
    'transport/wire/extended/upload-only.ts',
    'transport/wire/extended/compact-address.ts',
  ],
  bytesMax: 64,
  seeds: () => ({
    rendezvous: encodeHolepunch({ type: 'rendezvous', address: { host: '192.0.2.1', port: 6881 } }),
    connect: encodeHolepunch({ type: 'connect', address: { host: '2001:db8::1', port: 6881 } }),
    error: encodeHolepunch({ type: 'error', address: { host: '192.0.2.1', port: 6881 }, code: 'not_connected' }),
    donthave: encodeDonthave(7),
    'upload only': encodeUploadOnly(true),
  }),
  run(input) {
    const index = decodeDonthave(input)
    if (index !== undefined)
      must(isDeepStrictEqual(encodeDonthave(index), new Uint8Array(input)), 'an index is written as it was read')
    const only = decodeUploadOnly(input)
    if (only !== undefined)
      must(decodeUploadOnly(encodeUploadOnly(only)) === only, 'upload_only is written as it was read')
    const message = decodeHolepunch(input)
    if (!message || message.type === 'other') return message?.type ?? 'nothing'
    if (!isDialable(message.address)) return 'nobody'
    if (message.type === 'error' && message.code === 'unknown') return 'unknown'
    must(isDeepStrictEqual(decodeHolepunch(encodeHolepunch(message)), message), 'written again it is the same')
    return message.type
  },
}
