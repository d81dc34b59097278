import { createHash } from 'node:crypto'
import { type Random, randomBytesFrom, seededRandom } from '../../transport/random.ts'

/** Text as bytes. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The SHA-1 of all of it, in hex. */
export const sha1 = (content: Uint8Array): string => createHash('sha1').update(content).digest('hex')

/** Incompressible content, always the same for a seed. */
export const noise = (seed: number, byteCount: number): Uint8Array => noiseFrom(seededRandom(seed), byteCount)

/** Incompressible content of at least one byte. */
export function noiseFrom(random: Random, byteCount: number): Uint8Array {
  const all = new Uint8Array(Math.max(1, Math.ceil(byteCount)))
  const block = randomBytesFrom(random)(Math.min(4093, all.length))
  for (let begin = 0; begin < all.length; begin += block.length) {
    // The offset is mixed in, or blocks that changed places would go unnoticed.
    block[0] = (begin / block.length) & 0xff
    all.set(block.subarray(0, all.length - begin), begin)
  }
  return all
}
