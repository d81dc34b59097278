/** What is remembered of a piece that failed its hash, until it verifies, so that one peer alone delivers it if that can be. */
interface Probation {
  /** Failures and given up attempts per peer connected. */
  readonly strikes: Map<number, number>
  /** Attempts taken from a peer as it was too slow. */
  readonly delays: Map<number, number>
  readonly isFirm: boolean
  /** A peer with nothing to do ended the exclusivity of this attempt. */
  wasEnded: boolean
}

/** The pieces on probation: each is to come from one peer alone, rather from one with fewer strikes. */
export class Probations {
  readonly #pieces = new Map<number, Probation>()

  has(index: number): boolean {
    return this.#pieces.has(index)
  }

  /** The piece failed, for the first time or again: strikes stay. */
  begin(index: number): void {
    const before = this.#pieces.get(index)
    this.#pieces.delete(index)
    const strikes = before?.strikes ?? new Map<number, number>()
    const delays = before?.delays ?? new Map<number, number>()
    this.#pieces.set(index, { strikes, delays, isFirm: before?.wasEnded ?? false, wasEnded: false })
  }

  /** The piece is like any other. */
  end(index: number): void {
    this.#pieces.delete(index)
  }

  /** A peer failed, or gave up, a piece; nothing for a piece that is not on probation. */
  strike(index: number, peer: number): void {
    const strikes = this.#pieces.get(index)?.strikes
    strikes?.set(peer, (strikes.get(peer) ?? 0) + 1)
  }

  strikes(index: number, peer: number): number {
    return this.#pieces.get(index)?.strikes.get(peer) ?? 0
  }

  /** An attempt was taken from a peer that was too slow: it has more strikes than any other now, so that its turn comes last. */
  strikeSlow(index: number, peer: number): void {
    const probation = this.#pieces.get(index)
    if (probation === undefined) return
    probation.strikes.set(peer, Math.max(0, ...probation.strikes.values()) + 1)
    probation.delays.set(peer, (probation.delays.get(peer) ?? 0) + 1)
  }

  /** How often attempts at a piece were taken from a peer as too slow. */
  delays(index: number, peer: number): number {
    return this.#pieces.get(index)?.delays.get(peer) ?? 0
  }

  /** The peer is gone. */
  forget(peer: number): void {
    for (const { strikes, delays } of this.#pieces.values()) {
      strikes.delete(peer)
      delays.delete(peer)
    }
  }

  /** Whether a peer with nothing to do does not end the exclusivity: that spoilt the attempt before. */
  isFirm(index: number): boolean {
    return this.#pieces.get(index)?.isFirm ?? false
  }

  /** A peer with nothing to do ended the exclusivity: the next attempt is firm. */
  noteEnded(index: number): void {
    const probation = this.#pieces.get(index)
    if (probation) probation.wasEnded = true
  }
}
