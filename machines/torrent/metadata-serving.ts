/** Metadata pieces served in one go, however short the metadata: 1 MiB, so that retries of one piece cost an honest peer nothing. */
const servesMin = 64

/** Rejects given in one go, however short the metadata is. webtorrent asks for all pieces at once, and a peer may guess. */
const rejectsMin = 256

/** What was used up is back after this time. */
const refillMs = 600_000

/** One request for metadata (BEP 9). */
export interface MetadataAsked {
  /** As the peer says it: any number. */
  readonly piece: number
  /** Pieces of 16 KiB of our metadata; 0 while we have none. */
  readonly pieceCount: number
  /** Milliseconds. */
  readonly at: number
}

/** What a request meets: the piece, a reject, or, with `metadata_flood`, the end of the connection. */
export type MetadataAnswer = 'serve' | 'reject' | 'metadata_flood'

/**
 * How much metadata one peer gets of us (BEP 9). Metadata is not choked, so this is what keeps it from being a lever: a request of
 * 30 bytes fetches 16 KiB. An honest peer can fetch the whole twice at once, and again every five minutes; beyond, it gets as
 * many rejects, and who goes on asking is no downloader.
 */
export class MetadataServing {
  /** Used up, and as of when. */
  #serves = 0
  #rejects = 0
  #at = Number.NEGATIVE_INFINITY

  /** Decides on a request and counts it. */
  answer({ piece, pieceCount, at }: MetadataAsked): MetadataAnswer {
    const servesMax = Math.max(servesMin, 2 * pieceCount)
    const rejectsMax = Math.max(rejectsMin, 2 * pieceCount)
    const refilled = Math.min(1, (at - this.#at) / refillMs)
    this.#serves = Math.max(0, this.#serves - refilled * servesMax)
    this.#rejects = Math.max(0, this.#rejects - refilled * rejectsMax)
    this.#at = at
    const exists = Number.isInteger(piece) && piece >= 0 && piece < pieceCount
    if (exists && this.#serves + 1 <= servesMax) {
      this.#serves++
      return 'serve'
    }
    if (this.#rejects + 1 > rejectsMax) return 'metadata_flood'
    this.#rejects++
    return 'reject'
  }
}
