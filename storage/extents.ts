/**
 * In bytes: what one read for seeding brings. 16 requests of 16 KiB, and 64 such places in the read cache, more than the
 * default count of peers.
 */
export const extentLengthMax = 256 * 1024

/** Which extents a part of a piece lies in, and where in the first of them it starts. */
export interface Part {
  readonly key: number
  readonly lastKey: number
  readonly offset: number
}

/**
 * Finds a part of a piece that has `pieceLength` bytes.
 *
 * @throws RangeError when it is not within the piece.
 */
export const locate = (
  { index, begin, length }: { readonly index: number; readonly begin: number; readonly length: number },
  pieceLength: number,
  extentsPerPiece: number,
): Part => {
  if (
    !Number.isInteger(begin) ||
    !Number.isInteger(length) ||
    begin < 0 ||
    length < 1 ||
    begin + length > pieceLength
  ) {
    throw new RangeError(`${length} bytes from ${begin} are not within the ${pieceLength} bytes of piece ${index}`)
  }
  const first = index * extentsPerPiece
  return {
    key: first + Math.floor(begin / extentLengthMax),
    lastKey: first + Math.floor((begin + length - 1) / extentLengthMax),
    offset: begin % extentLengthMax,
  }
}
