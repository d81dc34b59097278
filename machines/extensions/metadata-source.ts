/** Requests outstanding towards one peer, as in libtorrent: metadata must not crowd out what the peer came for. */
export const metadataDepth = 2

/** How long a peer may take to answer. Two pieces at 2 KiB/s take 16 s; a slower peer delivers late, which is no fault. */
export const metadataTimeoutMs = 20_000

/**
 * A peer that owes a piece and has answered nothing for so long is silent: others are asked for it too, and it is asked for nothing more
 * until it answers. A round trip and a piece at 16 KiB/s; a slower peer delivers late, and what it gives still counts.
 */
export const metadataSilenceMs = 2_000

/** How long a peer that rejected, or did not answer, is left alone. libtorrent's wait after a reject. */
export const metadataRestMs = 60_000

/** One peer that offers the metadata (BEP 9): what it was asked for and still owes, and when it may be asked again. */
export class MetadataSource {
  readonly peer: number
  /** Of the metadata as it announced it, in bytes. */
  readonly size: number
  /** Requests that are not overdue: when each piece was asked for. */
  readonly #outstanding = new Map<number, number>()
  /** How often each piece was asked for without an answer yet. An overdue answer may still come, and is then no surprise. */
  readonly #owed = new Map<number, number>()
  #rejectedUntil = 0
  #silentUntil = 0
  #answeredAt = Number.NEGATIVE_INFINITY
  #answerMs = 0
  #takesRequests = true

  constructor(peer: number, size: number) {
    this.peer = peer
    this.size = size
  }

  /** The pieces it was asked for in time. */
  get outstanding(): ReadonlyMap<number, unknown> {
    return this.#outstanding
  }

  /** How long its last answer took, in milliseconds; 0 before the first. */
  get answerMs(): number {
    return this.#answerMs
  }

  /** Whether it may be asked for one more piece. */
  isFree(at: number): boolean {
    const isRested = this.#rejectedUntil <= at && this.#silentUntil <= at
    return this.#takesRequests && isRested && this.#outstanding.size < metadataDepth && !this.isSilent(at)
  }

  /** Whether it owes a piece, and has answered nothing for too long. */
  isSilent(at: number): boolean {
    for (const askedAt of this.#outstanding.values()) {
      return at - Math.max(askedAt, this.#answeredAt) >= metadataSilenceMs
    }
    return false
  }

  /** Whether it may be asked for a piece, or answers one. */
  isMoving(at: number): boolean {
    return this.isFree(at) || (this.#outstanding.size > 0 && !this.isSilent(at))
  }

  /** It takes no requests any more (BEP 10: the id 0). What was asked of it is free for others; answers under way are no surprise. */
  withdrew(): void {
    this.#takesRequests = false
    this.#outstanding.clear()
  }

  /** It takes requests, again or still. */
  offered(): void {
    this.#takesRequests = true
  }

  asked(piece: number, at: number): void {
    this.#outstanding.set(piece, at)
    this.#owed.set(piece, (this.#owed.get(piece) ?? 0) + 1)
  }

  /** It gave a piece; false when it was not asked for it. */
  gave(piece: number, at: number): boolean {
    const askedAt = this.#outstanding.get(piece) ?? at - metadataTimeoutMs
    if (!this.#settle(piece)) return false
    this.#answerMs = at - askedAt
    this.#silentUntil = 0
    this.#answeredAt = at
    return true
  }

  /** It rejected a piece; nothing when it was not asked for it. */
  rejected(piece: number, at: number): void {
    if (this.#settle(piece)) this.#rejectedUntil = at + metadataRestMs
  }

  /** Notices what is overdue. */
  tick(at: number): void {
    for (const [piece, askedAt] of this.#outstanding) {
      if (at - askedAt < metadataTimeoutMs) continue
      this.#outstanding.delete(piece)
      this.#silentUntil = at + metadataRestMs
    }
  }

  #settle(piece: number): boolean {
    const times = this.#owed.get(piece)
    if (times === undefined) return false
    if (times === 1) this.#owed.delete(piece)
    else this.#owed.set(piece, times - 1)
    this.#outstanding.delete(piece)
    return true
  }
}
