import { createHash } from 'node:crypto'

/**
 * SHA-1, in hex, of each block of a piece: two copies of a corrupt piece, compared block by block, show whose block was wrong.
 *
 * @param blockLength in bytes, 16 KiB on the wire; the last block may be shorter.
 */
export const blockDigests = (data: Uint8Array, blockLength: number): string[] => {
  const digests: string[] = []
  for (let begin = 0; begin < data.length; begin += blockLength) {
    digests.push(
      createHash('sha1')
        .update(data.subarray(begin, begin + blockLength))
        .digest('hex'),
    )
  }
  return digests
}
