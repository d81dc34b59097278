import type { RandomBytes } from './key-exchange.ts'

/** The longest of each of the four paddings of MSE: PadA and PadB behind the keys, PadC and PadD, which follow their length. */
export const padBytesMax = 512

/** Padding of random content and a random length from 0 to `padBytesMax`. */
export function randomPadding(randomBytes: RandomBytes): Uint8Array {
  const [high = 0, low = 0] = randomBytes(2)
  return randomBytes(((high << 8) | low) % (padBytesMax + 1))
}

/** Throws a RangeError when `padding` is longer than the remote would take. */
export function requirePadding(padding: Uint8Array): void {
  if (padding.length > padBytesMax) {
    throw new RangeError(`a padding of ${padding.length} bytes is longer than ${padBytesMax}`)
  }
}
