import type { BencodeValue } from '../bencode.ts'

/** What stands under a key of a dictionary that a remote sent: any value, or none. */
export type Field = BencodeValue | undefined

/** Whether the field is an integer from `min` to `max`; without a `max`, as far as integers are safe. */
export function isIntegerFrom(field: Field, min: number, max: number = Number.MAX_SAFE_INTEGER): field is number {
  return typeof field === 'number' && Number.isInteger(field) && field >= min && field <= max
}

/** Whether the field is bytes. Unlike `instanceof`, not taken in by a dictionary whose key `__proto__` holds some. */
export function isBytes(field: Field): field is Uint8Array {
  return ArrayBuffer.isView(field)
}
