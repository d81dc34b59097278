/**
 * The longest frame accepted before the piece count is known, in bytes. Room for the bitfield of 8.4 million pieces;
 * libtorrent accepts the same.
 */
export const frameBytesMaxBeforePieceCount = 1024 * 1024

/**
 * The longest frame other than a bitfield, in bytes. The blocks that are asked for need 9 + 16 KiB, a `ut_metadata` message
 * 17 KiB (libtorrent's cap), an extended handshake some 100 bytes, a first `ut_pex` message with 1000 contacts 26 KiB; and as
 * anacrolix/torrent takes no more than 64 KiB of anything, nobody can usefully send more.
 */
export const frameBytesMaxBesideBitfield = 64 * 1024

/**
 * The longest frame to accept, in bytes behind the length prefix: id and payload. Of a torrent of `pieceCount` pieces, or
 * before that count is known. Throws RangeError when the count is not a positive integer.
 */
export function frameLimit(pieceCount?: number): number {
  if (pieceCount === undefined) return frameBytesMaxBeforePieceCount
  if (!Number.isSafeInteger(pieceCount) || pieceCount < 1) {
    throw new RangeError(`A torrent cannot have ${pieceCount} pieces`)
  }
  return Math.max(frameBytesMaxBesideBitfield, 1 + Math.ceil(pieceCount / 8))
}
