import { peerIdBytes, createPeerId as peerIdFrom } from '../machines/peer-id.ts'
import type { Random } from '../transport/random.ts'
import { isBytes, requireFunction } from '../transport/require.ts'

/**
 * A peer id of ours: `-PC0100-` and 12 random bytes (BEP 20). `random`: at least 0, below 1; default `Math.random`. Throws a RangeError
 * when it answers anything else.
 */
export function createPeerId(random: Random = Math.random): Uint8Array {
  requireFunction('random', random)
  return peerIdFrom(() => {
    const drawn = random()
    if (!(drawn >= 0 && drawn < 1)) throw new RangeError(`random answers a number from 0 to below 1, not ${drawn}`)
    return drawn
  })
}

/**
 * A peer id that a caller gave, copied: 20 bytes, or a string of 20 characters, one a byte (BEP 20 is ASCII). Throws a RangeError for
 * another length or a character that is no byte, and a TypeError for what is neither.
 */
export function requirePeerId(given: Uint8Array | string): Uint8Array {
  if (typeof given !== 'string' && !isBytes(given))
    throw new TypeError('a peer id is 20 bytes, or a string of 20 characters')
  if (given.length !== peerIdBytes) throw new RangeError(`a peer id has ${peerIdBytes} bytes, not ${given.length}`)
  const bytes = typeof given === 'string' ? Array.from(given, (character) => character.charCodeAt(0)) : given
  if (bytes.some((byte) => byte > 0xff)) throw new RangeError('each character of a peer id is a byte')
  return Uint8Array.from(bytes)
}
