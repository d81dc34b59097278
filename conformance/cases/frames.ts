/** A frame of any content: bytes that no codec would write. */
export const frame = (id: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(5 + payload.length)
  new DataView(bytes.buffer).setUint32(0, 1 + payload.length)
  bytes[4] = id
  bytes.set(payload, 5)
  return bytes
}

/** Numbers of four bytes, big-endian. */
export const u32s = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length)
  values.forEach((value, at) => {
    new DataView(bytes.buffer).setUint32(4 * at, value)
  })
  return bytes
}
