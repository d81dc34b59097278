import { PieceSet } from '../piece-set.ts'
import { Buckets } from './buckets.ts'

/** Pieces a peer is offered and nobody else has shown yet (libtorrent: 2): with one alone it would wait for each answer. */
export const offersMax = 2

/** A peer that does not want what it was offered for so long is offered something else instead, in milliseconds (libtorrent). */
export const unwantedMs = 10_000

/** Nobody has shown any piece for so long, in milliseconds, though pieces are offered: those peers do not trade with each other. */
export const stuckMs = 120_000

/** `have` messages in one step when everything is revealed, over all peers: some milliseconds of work. */
export const revealedPerStep = 2_000

/** Why super-seeding helps no longer: somebody else has everything, or nobody passes anything on. */
export type SuperSeedingEnd = 'seeder' | 'stuck'

/** An offer: the piece, and since when. */
interface Offer {
  readonly index: number
  readonly at: number
}

interface Guest {
  readonly peer: number
  pieces: PieceSet
  /** What it has been told that we have. */
  told: PieceSet
  /** What it was offered and no other peer has shown yet. */
  offers: Offer[]
}

/** A question about a peer. */
type ByPeer = (peer: number) => boolean

/** A piece to announce to a peer, by `have`. */
export interface Reveal {
  readonly peer: number
  readonly index: number
}

/**
 * Whom a super-seeder has told of which pieces (BEP 16). It pretends to have nothing, and offers each peer a piece or two that
 * nobody was offered yet; the next only when another peer shows the last, for then it was passed on. So each piece is sent out
 * about once. Where there is nobody to pass it on to, the peer's own word is enough.
 *
 * Peers are numbers, unique per connection; times in milliseconds. `random`: at least 0, below 1.
 */
export class SuperSeeding {
  readonly #guests = new Map<number, Guest>()
  /** All pieces, by how far they are spread: to how many they were offered, and how many have shown them. */
  readonly #spread: Buckets
  readonly #everything: PieceSet
  #lastShownAt: number

  constructor({ pieceCount, random, at }: { pieceCount: number; random: () => number; at: number }) {
    this.#spread = new Buckets(pieceCount, random)
    for (let index = 0; index < pieceCount; index++) this.#spread.add(index)
    this.#everything = PieceSet.all(pieceCount)
    this.#lastShownAt = at
  }

  /** A peer has these pieces; it has just come, or is there and says so all at once. */
  join(peer: number, pieces: PieceSet, at: number): Reveal[] {
    const known = this.#guests.get(peer)
    const guest: Guest = known ?? { peer, pieces, told: PieceSet.none(pieces.size), offers: [] }
    if (known) this.#count(known.pieces, -1)
    this.#count(pieces, 1)
    guest.pieces = pieces
    this.#guests.set(peer, guest)
    return [...this.#guests.values()].flatMap((one) =>
      this.#passOn(one, ({ index }) => pieces.has(index), at, one === guest),
    )
  }

  /** A peer says that it has a piece: whoever else was offered it has passed it on, and is offered more. */
  show(peer: number, index: number, at: number): Reveal[] {
    const shower = this.#guests.get(peer)
    if (!shower || shower.pieces.has(index)) return []
    shower.pieces = shower.pieces.with(index)
    this.#change(index, 1)
    this.#lastShownAt = at
    const isAlone = this.#isAlone(shower)
    return [...this.#guests.values()].flatMap((guest) =>
      guest !== shower || isAlone ? this.#passOn(guest, (offer) => offer.index === index, at) : [],
    )
  }

  /** Whether a peer may ask for a piece: only for what it was told of. */
  mayAsk(peer: number, index: number): boolean {
    return this.#guests.get(peer)?.told.has(index) ?? false
  }

  /** Whether a peer has all it was told of, and waits for somebody else to show that. */
  isWaiting(peer: number): boolean {
    const guest = this.#guests.get(peer)
    return guest !== undefined && guest.told.countMissingFrom(guest.pieces) === 0
  }

  /** Time has passed: who is not open any more has left, who wants nothing of what it was offered is offered something else. */
  step({ isOpen, isInterested, at }: { isOpen: ByPeer; isInterested: ByPeer; at: number }): Reveal[] {
    return [...this.#guests.values()].flatMap((guest) => {
      if (!isOpen(guest.peer)) return this.#leave(guest, at)
      if (isInterested(guest.peer)) return []
      const kept = guest.offers.filter((offer) => guest.pieces.has(offer.index) || at - offer.at < unwantedMs)
      if (kept.length === guest.offers.length) return []
      guest.offers = kept
      return this.#offer(guest, at)
    })
  }

  /** Why it helps no longer; undefined while it helps. */
  uselessAs(at: number): SuperSeedingEnd | undefined {
    let isWaiting = false
    for (const { offers, pieces } of this.#guests.values()) {
      if (pieces.isAll) return 'seeder'
      isWaiting ||= offers.length > 0
    }
    if (!isWaiting) this.#lastShownAt = at
    return at - this.#lastShownAt >= stuckMs ? 'stuck' : undefined
  }

  /** The mode is over: what the peers were not told yet, at most `revealedPerStep`. Empty when all know everything. */
  reveal(): Reveal[] {
    const reveals: Reveal[] = []
    for (const guest of this.#guests.values()) {
      for (let index = this.#untold(guest, 0); index >= 0; index = this.#untold(guest, index + 1)) {
        if (reveals.length === revealedPerStep) return reveals
        guest.told = guest.told.with(index)
        if (!guest.pieces.has(index)) reveals.push({ peer: guest.peer, index })
      }
      this.#guests.delete(guest.peer)
    }
    return reveals
  }

  /** A peer is gone. What it was offered and nobody has shown may be offered to others. */
  #leave(gone: Guest, at: number): Reveal[] {
    this.#guests.delete(gone.peer)
    this.#count(gone.pieces, -1)
    for (const { index } of gone.offers) this.#change(index, -1)
    return [...this.#guests.values()].flatMap((guest) =>
      this.#isAlone(guest) ? this.#passOn(guest, ({ index }) => guest.pieces.has(index), at) : [],
    )
  }

  /** The lowest piece from `from` on that the peer was not told of, or -1. */
  #untold({ told }: Guest, from: number): number {
    return from < this.#everything.size ? this.#everything.nextMissingFrom(told, from) : -1
  }

  /** Nobody else is there who lacks anything. */
  #isAlone(guest: Guest): boolean {
    for (const other of this.#guests.values()) if (other !== guest && !other.pieces.isAll) return false
    return true
  }

  /** The offers that `isPassedOn` says so of are done with; others take their place. `isNew`: also where there were none. */
  #passOn(guest: Guest, isPassedOn: (offer: Offer) => boolean, at: number, isNew = false): Reveal[] {
    const open = guest.offers.filter((offer) => !isPassedOn(offer))
    if (open.length === guest.offers.length && !isNew) return []
    guest.offers = open
    return this.#offer(guest, at)
  }

  #offer(guest: Guest, at: number): Reveal[] {
    const reveals: Reveal[] = []
    while (guest.offers.length < offersMax) {
      const index = this.#spread.find(
        0,
        this.#everything.size,
        (piece) => !guest.told.has(piece) && !guest.pieces.has(piece),
      )
      if (index < 0) break
      this.#change(index, 1)
      guest.told = guest.told.with(index)
      guest.offers.push({ index, at })
      reveals.push({ peer: guest.peer, index })
    }
    return reveals
  }

  #change(index: number, change: 1 | -1): void {
    this.#spread.rekey(index, Math.max(0, this.#spread.keyOf(index) + change))
  }

  /** A seed has every piece: that tells none from another. */
  #count(pieces: PieceSet, change: 1 | -1): void {
    if (!pieces.isAll) for (const index of pieces.indexes()) this.#change(index, change)
  }
}
