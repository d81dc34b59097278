/** Whether a bitfield (BEP 3: the high bit of the first byte is piece 0) has a piece; not, if it is too short. */
export const hasPiece = (bitfield: Uint8Array, index: number): boolean =>
  ((bitfield[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0

/** Puts a piece into a bitfield. */
export const addPiece = (bitfield: Uint8Array, index: number): void => {
  bitfield[index >> 3] = (bitfield[index >> 3] ?? 0) | (0x80 >> (index & 7))
}

/** Takes a piece out of a bitfield. */
export const removePiece = (bitfield: Uint8Array, index: number): void => {
  bitfield[index >> 3] = (bitfield[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
}

/** How many pieces a bitfield has, whose spare bits are zero. */
export const countPieces = (bitfield: Uint8Array): number => {
  let count = 0
  for (let index = 0; index < bitfield.length * 8; index++) if (hasPiece(bitfield, index)) count++
  return count
}
