/** Bytes in a piece of metadata, all but the last (BEP 9). */
export const metadataPieceBytes = 16 * 1024

/**
 * The longest info dictionary that is fetched, in bytes: as much as is read of one afterwards. Others stop at 10,000,000
 * (webtorrent's ut_metadata) or 31,457,280 bytes (libtorrent's max_metadata_size, rain).
 */
export const metadataBytesMax = 10 * 1024 * 1024

/** Whether metadata of so many bytes is fetched at all: a whole number from 1 to `metadataBytesMax`. */
export function isMetadataSize(size: number): boolean {
  return Number.isInteger(size) && size >= 1 && size <= metadataBytesMax
}

/** How many pieces metadata of `size` bytes has. Throws RangeError for a size that is not from 1 to `metadataBytesMax`. */
export function metadataPieceCount(size: number): number {
  if (!isMetadataSize(size)) throw new RangeError(`ut_metadata: no metadata has ${size} bytes`)
  return Math.ceil(size / metadataPieceBytes)
}

/** The length in bytes of one piece of metadata of `size` bytes. Throws RangeError when there is no such size or no such piece. */
export function metadataPieceLength(size: number, piece: number): number {
  if (!Number.isInteger(piece) || piece < 0 || piece >= metadataPieceCount(size)) {
    throw new RangeError(`ut_metadata: metadata of ${size} bytes has no piece ${piece}`)
  }
  return Math.min(metadataPieceBytes, size - piece * metadataPieceBytes)
}
