import { isDeepStrictEqual } from 'node:util'
import { decodeMetadataMessage, encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { must, type Target } from '../engine/target.ts'

/** Messages of `ut_metadata` (BEP 9): what is read was written so, and no data has another length than its piece. */
export const target: Target = {
  covers: ['transport/wire/extended/ut-metadata.ts', 'transport/wire/extended/metadata-pieces.ts'],
  bytesMax: 20_000,
  words: ['8:msg_type', '5:piece', '10:total_size', 'i0e', 'i1e', 'i2e', 'i16384e', 'i16385e'],
  seeds: () => ({
    request: encodeMetadataMessage({ type: 'request', piece: 3 }),
    reject: encodeMetadataMessage({ type: 'reject', piece: 0 }),
    data: encodeMetadataMessage({ type: 'data', piece: 0, totalSize: 5, data: Buffer.from('bytes') }),
    last: encodeMetadataMessage({ type: 'data', piece: 1, totalSize: 16_386, data: Buffer.from('ab') }),
    whole: encodeMetadataMessage({ type: 'data', piece: 0, totalSize: 16_386, data: new Uint8Array(16_384) }),
    unknown: 'd8:msg_typei9ee',
  }),
  run(input) {
    const message = decodeMetadataMessage(input)
    if (!message || message.type === 'unknown') return message?.type ?? 'nothing'
    must(
      isDeepStrictEqual(decodeMetadataMessage(encodeMetadataMessage(message)), message),
      'written again it is the same',
    )
    return message.type
  },
}
