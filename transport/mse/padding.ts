import type { RandomBytes } from './key-exchange.ts'

/** The longest of each of the four paddings of MSE: PadA and PadB behind the keys, PadC and PadD, which follow their length. */
export const padBytesMax = 512

/** Padding of random content and a random length from 0 to `padBytesMax`: PadA and PadB, which must not look like anything. */
export const randomPadding = (randomBytes: RandomBytes): Uint8Array => randomBytes(randomLength(randomBytes))

/**
 * Padding of zeros and a random length from 0 to `padBytesMax`: PadC and PadD, which are encrypted, and whose content may come to
 * mean something in a later version (MSE).
 */
export const zeroPadding = (randomBytes: RandomBytes): Uint8Array => new Uint8Array(randomLength(randomBytes))

/** Throws a RangeError when `padding` is longer than the remote would take. */
export function requirePadding(padding: Uint8Array): void {
  if (padding.length > padBytesMax) {
    throw new RangeError(`a padding of ${padding.length} bytes is longer than ${padBytesMax}`)
  }
}

function randomLength(randomBytes: RandomBytes): number {
  const [high = 0, low = 0] = randomBytes(2)
  return ((high << 8) | low) % (padBytesMax + 1)
}
