import { ipBytes } from '../../../transport/address.ts'

/** Pieces granted a peer (BEP 6's k): what rain and anacrolix/torrent grant; libtorrent 5. Few, or choking would mean nothing. */
export const allowedFastCount = 10

/** What the set follows from. */
export interface AllowedFastSeed {
  /** The peer that receives the set, in any spelling. */
  readonly host: string
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** Of the torrent. */
  readonly pieceCount: number
  /** How many pieces to grant; at most all there are. */
  readonly count: number
}

/** Bytes of an address that count: a /24 of IPv4 (BEP 6), a /64 of IPv6, which one subscriber has (RFC 4291). */
const networkBytes: Readonly<Record<number, number>> = { 4: 3, 16: 8 }

/**
 * The canonical allowed-fast set (BEP 6): pieces a peer may request while choked, in the order they come out. The same for all
 * of a network, whatever peer it asks, so that none collects pieces by coming again or from neighbouring addresses. BEP 6 knows IPv4 alone;
 * for IPv6 all 16 bytes stand in the place of the 4, as in libtorrent. Empty for host names. `sha1`: the digest of its argument, 20 bytes.
 *
 * Only for what we grant. A set received is not to be checked against it: libtorrent does not mask the address.
 */
export function allowedFastSet(
  { host, infoHash, pieceCount, count }: AllowedFastSeed,
  sha1: (bytes: Uint8Array) => Uint8Array,
): number[] {
  const address = ipBytes(host)
  if (!address) return []
  const network = address.fill(0, networkBytes[address.length])
  const size = Math.min(count, pieceCount)
  const pieces = new Set<number>()
  let digest = Uint8Array.of(...network, ...infoHash)
  while (pieces.size < size) {
    digest = Uint8Array.from(sha1(digest))
    const view = new DataView(digest.buffer)
    for (let i = 0; i < 5 && pieces.size < size; i++) pieces.add(view.getUint32(4 * i) % pieceCount)
  }
  return [...pieces]
}
