import { writeU32 } from './bytes.ts'

/** Bytes of a length prefix (BEP 3). */
export const lengthBytes = 4

/** Bytes of a length prefix and an id. */
export const headerBytes = lengthBytes + 1

/** What the frames of a message are made of beside its payload: its id, and its name for errors. */
export interface FrameLabel {
  readonly name: string
  readonly id: number
}

/** A frame with its header written and `payloadBytes` zeroes behind it. */
export function frame({ id }: FrameLabel, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payloadBytes)
  writeHeader(bytes, 0, id, payloadBytes)
  return bytes
}

/** Writes length prefix and id at `at`. */
export function writeHeader(bytes: Uint8Array, at: number, id: number, payloadBytes: number): void {
  writeU32(bytes, at, headerBytes - lengthBytes + payloadBytes)
  bytes[at + lengthBytes] = id
}

/** Throws RangeError for what no remote could read: what is no integer, or does not fit its field. */
export function requireInteger(name: string, field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new RangeError(`${name}: ${field} is ${value}, not an integer from ${min} to ${max}`)
}
