import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

/** In bytes: what is hashed in one go. Some half a millisecond where the processor knows SHA-1, two where it does not. */
export const sliceBytes = 1024 * 1024

/**
 * The SHA-1 of `data`, which must not change meanwhile. Other work has its turn after each slice. Not the Web Crypto API: it copies
 * what it hashes, twice, which costs the processor more than the hash itself.
 */
export async function sha1(data: Uint8Array): Promise<Uint8Array> {
  const hash = createHash('sha1')
  for (let begin = 0; begin < data.length; begin += sliceBytes) {
    if (begin > 0) await setImmediate()
    hash.update(data.subarray(begin, begin + sliceBytes))
  }
  return hash.digest()
}
