import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { decodeResume, encodeResume } from '../../storage/resume-data.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const infoHash = counted(20)

/** Resume data, whose digest is put behind it here, and as it is: read or refused, and the same when it is written again. */
export const target: Target = {
  covers: ['storage/resume-data.ts', 'storage/bencode-reader.ts'],
  bytesMax: 16_384,
  words: [
    '9:addresses',
    '6:blocks',
    '10:downloaded',
    '5:files',
    '9:info hash',
    '8:metadata',
    '6:pieces',
    '10:priorities',
    '8:uploaded',
    '7:versioni1e',
    '4:ways',
    'le',
    'i0e',
    '0:',
  ],
  seeds: () => {
    const data = encodeResume({
      infoHash,
      have: Uint8Array.of(0xf0),
      stamps: ['absent', 'unknown', { size: 5n, mtimeNs: 6n, ctimeNs: 7n, inode: 8n }],
      blocks: [{ index: 5, begin: 16_384, data: counted(20) }],
      downloaded: 12_345,
      uploaded: 678,
      addresses: [
        { host: '192.0.2.1', port: 6881, transport: 'utp' },
        { host: '2001:db8::1', port: 1, plaintext: true },
      ],
      priorities: Uint8Array.of(1, 0),
      metadata: counted(30),
    })
    return { body: data.subarray(0, -20), whole: data }
  },
  run(input) {
    must(decodeResume(input.subarray(0, 19), infoHash) === 'torn', 'what is shorter than a digest is torn')
    const asItIs = decodeResume(input, infoHash)
    const digested = Buffer.concat([input, createHash('sha1').update(input).digest()])
    const data = typeof asItIs === 'string' ? decodeResume(digested, infoHash) : asItIs
    if (typeof data === 'string') return data
    must(isDeepStrictEqual(decodeResume(encodeResume(data), infoHash), data), 'written again it is the same')
    return data.blocks.length > 0 ? 'blocks' : 'no blocks'
  },
}
