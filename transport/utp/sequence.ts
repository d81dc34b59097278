/** Numbers that wrap around: sequence numbers modulo 2^16, timestamps in microseconds modulo 2^32 (BEP 29). */

/** `sequence` moved on by `count`, which may be negative. */
export function sequencePlus(sequence: number, count: number): number {
  return (sequence + count) & 0xffff
}

/** How far `sequence` is behind `base` in the order of sending: 1 for the next, negative for an earlier one; -32,768 to 32,767. */
export function sequenceDistance(sequence: number, base: number): number {
  return ((sequence - base) << 16) >> 16
}

/** A time in microseconds as it stands in a packet. `micros` is an integer from 0 to 2^53. */
export function timestampOf(micros: number): number {
  return micros % 0x1_0000_0000
}

/** The time from one timestamp to another, modulo 2^32: what a one-way delay of two clocks that know nothing of each other is. */
export function timestampDifference(later: number, earlier: number): number {
  return (later - earlier) >>> 0
}

/** Whether a delay is shorter than another, both modulo 2^32: the way from it to the other is less than half the circle. */
export function isShorterDelay(delay: number, other: number): boolean {
  return ((delay - other) | 0) < 0
}
