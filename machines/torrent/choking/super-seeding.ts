import { PieceSet } from '../../piece-set.ts'
import { Rarity } from '../picking/rarity.ts'
import type { SuperSeedingEnd } from '../vocabulary/emitted.ts'

/** Pieces a peer is offered and no other has shown yet (libtorrent: 2): with one alone it would wait for each answer. */
export const offersMax = 2

/** A peer that does not want what it was offered for so long is offered something else instead, in milliseconds (libtorrent). */
export const unwantedMs = 10_000

/**
 * No peer has shown a piece, nor was sent any of what it was offered, for so long, in milliseconds, though pieces are offered:
 * those peers do not trade with each other.
 */
export const stuckMs = 120_000

/** A piece may be under way to a peer for so long, in milliseconds: 16 MiB at 14 KB/s. Asked for longer, it is no sign of life. */
export const underWayMs = 20 * 60_000

/** `have` messages in one step when everything is revealed, over all peers: some milliseconds of work. */
export const revealedPerStep = 2_000

/** Pieces looked at for one that a peer lacks, the least spread first. */
const probesMax = 1_000

/** An offer: the piece, and since when. */
interface Offer {
  readonly index: number
  readonly at: number
}

interface Guest {
  readonly peer: number
  pieces: PieceSet
  /** It has said itself what it has. */
  hasSpoken: boolean
  /** What it has been told that we have. */
  told: PieceSet
  /** What it was offered and no other peer has shown yet. */
  offers: Offer[]
  /** When all is over: it was told of every piece below this one. */
  revealed: number
}

const newGuest = (peer: number, pieceCount: number): Guest => ({
  peer,
  pieces: PieceSet.none(pieceCount),
  hasSpoken: false,
  told: PieceSet.none(pieceCount),
  offers: [],
  revealed: 0,
})

/** A question about a peer. */
type ByPeer = (peer: number) => boolean

/** A piece to announce to a peer, by `have`. */
export interface Reveal {
  readonly peer: number
  readonly index: number
}

/**
 * Which peers a super-seeder has told of which pieces (BEP 16). It pretends to have nothing, and offers each peer a piece or two that
 * no peer was offered yet; the next only when another peer shows the last, for then it was passed on. So each piece is sent out
 * about once. Where there is no peer to pass it on to, it is enough that the peer says it has the piece.
 *
 * What peers say that they have is believed: one that lies, or two that vouch for each other, get all pieces offered early or end
 * the mode, and gain by it what any seeder would give them.
 *
 * Peers are numbers, unique per connection; times in milliseconds. `random`: at least 0, below 1.
 */
export class SuperSeeding {
  readonly #guests = new Map<number, Guest>()
  /** Peers that were told that we have nothing, and have not said yet what they have. */
  readonly #silent = new Set<number>()
  /** All pieces, by how far they are spread: how many guests have them, and to how many they are offered. */
  readonly #spread: Rarity
  readonly #everything: PieceSet
  readonly #nothing: PieceSet
  /** A peer that had everything was there and has left: two seeders part at once. */
  #hadSeeder = false
  /** When last a piece was shown, or a part of one served. */
  #lastMovedAt: number

  constructor({ pieceCount, random, at }: { pieceCount: number; random: () => number; at: number }) {
    this.#spread = new Rarity(pieceCount, random)
    for (let index = 0; index < pieceCount; index++) this.#spread.add(index)
    this.#everything = PieceSet.all(pieceCount)
    this.#nothing = PieceSet.none(pieceCount)
    this.#lastMovedAt = at
  }

  /** A peer comes, and is told that we have nothing. It is offered something as soon as it has said what it has. */
  admit(peer: number): void {
    this.#silent.add(peer)
  }

  /** A peer has come that may not say what it has, as it has nothing (BEP 3). */
  greet(peer: number, at: number): Reveal[] {
    return this.#offer(this.#guestOf(peer), at)
  }

  /**
   * A peer says all at once what it has. Its first word tells what it came with; what a later one adds it has been passed, as if it had
   * shown each piece.
   */
  join(peer: number, pieces: PieceSet, at: number): Reveal[] {
    const guest = this.#guestOf(peer)
    const isFirst = !guest.hasSpoken
    if (!isFirst && pieces.countMissingFrom(guest.pieces) > 0) this.#lastMovedAt = at
    this.#spread.replace(guest.pieces, pieces)
    guest.pieces = pieces
    guest.hasSpoken = true
    const countsForItself = isFirst || this.#whoIsAlone()(guest)
    return [...this.#guests.values()].flatMap((one) =>
      this.#replace(one, ({ index }) => pieces.has(index) && (one !== guest || countsForItself), at, one === guest),
    )
  }

  /** A peer says that it has a piece: another that was offered it has passed it on, and is offered more. */
  show(peer: number, index: number, at: number): Reveal[] {
    const shower = this.#guests.get(peer)
    if (!shower || shower.pieces.has(index)) return []
    shower.pieces = shower.pieces.with(index)
    this.#change(index, 1)
    this.#lastMovedAt = at
    const isAlone = this.#whoIsAlone()(shower)
    return [...this.#guests.values()].flatMap((guest) =>
      guest !== shower || isAlone ? this.#replace(guest, (offer) => offer.index === index, at) : [],
    )
  }

  /** A peer has a piece no more (BEP 54). */
  lose(peer: number, index: number): void {
    const guest = this.#guests.get(peer)
    if (!guest?.pieces.has(index)) return
    guest.pieces = guest.pieces.without(index)
    this.#change(index, -1)
  }

  /** A part of a piece was sent to a peer: one that is slow to pass on what it gets may be slow to get it. */
  serve(peer: number, index: number, at: number): void {
    const offer = this.#guests.get(peer)?.offers.find((one) => one.index === index)
    if (offer && at - offer.at < underWayMs) this.#lastMovedAt = at
  }

  /** Whether a peer may ask for a piece: only for what it was told of. */
  mayAsk(peer: number, index: number): boolean {
    return this.#guests.get(peer)?.told.has(index) ?? false
  }

  /** Whether a peer has all it was told of, and waits for another to show that. */
  isWaiting(peer: number): boolean {
    const guest = this.#guests.get(peer)
    return guest !== undefined && guest.told.countMissingFrom(guest.pieces) === 0
  }

  /**
   * Time has passed: a peer that is not there any more has left, one that wants nothing of what it was offered is offered something else.
   */
  step({ isThere, isInterested, at }: { isThere: ByPeer; isInterested: ByPeer; at: number }): Reveal[] {
    for (const peer of this.#silent) if (!isThere(peer)) this.#silent.delete(peer)
    const gone = [...this.#guests.values()].filter(({ peer }) => !isThere(peer))
    for (const guest of gone) this.#leave(guest)
    const isAlone = gone.length > 0 ? this.#whoIsAlone() : () => false
    return [...this.#guests.values()].flatMap((guest) => {
      const isPassedOn = isAlone(guest)
      const isWanted = isInterested(guest.peer)
      const isDone = ({ index, at: since }: Offer) =>
        guest.pieces.has(index) ? isPassedOn : !isWanted && at - since >= unwantedMs
      return this.#replace(guest, isDone, at)
    })
  }

  /** Why it helps no longer; undefined while it helps. */
  uselessAs(at: number): SuperSeedingEnd | undefined {
    if (this.#hadSeeder || [...this.#guests.values()].some(({ pieces }) => pieces.isAll)) return 'seeder'
    const isAnyoneOffered = [...this.#guests.values()].some(({ offers }) => offers.length > 0)
    if (!isAnyoneOffered) this.#lastMovedAt = at
    return at - this.#lastMovedAt >= stuckMs ? 'stuck' : undefined
  }

  /**
   * The mode is over: what the peers that are still there were not told yet, to each as much as to any other, `revealedPerStep` in
   * all. Empty when every peer knows everything.
   */
  reveal(isThere: ByPeer): Reveal[] {
    for (const peer of [...this.#silent]) this.#guestOf(peer)
    for (const peer of this.#guests.keys()) if (!isThere(peer)) this.#guests.delete(peer)
    const reveals: Reveal[] = []
    while (this.#guests.size > 0 && reveals.length < revealedPerStep) {
      const share = Math.max(1, Math.floor((revealedPerStep - reveals.length) / this.#guests.size))
      for (const guest of this.#guests.values()) {
        const some = this.#revealTo(guest, Math.min(share, revealedPerStep - reveals.length))
        reveals.push(...some)
      }
    }
    return reveals
  }

  /** At most `max` of what it was not told of; it is a guest no longer when there is nothing left. */
  #revealTo(guest: Guest, max: number): Reveal[] {
    const reveals: Reveal[] = []
    while (reveals.length < max) {
      const index = this.#untold(guest, guest.revealed)
      if (index < 0) {
        this.#guests.delete(guest.peer)
        break
      }
      guest.revealed = index + 1
      if (!guest.pieces.has(index)) reveals.push({ peer: guest.peer, index })
    }
    return reveals
  }

  /** What is known of a peer, which is one of the guests from now on. */
  #guestOf(peer: number): Guest {
    this.#silent.delete(peer)
    const guest = this.#guests.get(peer) ?? newGuest(peer, this.#everything.size)
    this.#guests.set(peer, guest)
    return guest
  }

  /** A peer is gone. What it was offered and no other has shown may be offered to others. */
  #leave(gone: Guest): void {
    this.#guests.delete(gone.peer)
    this.#hadSeeder ||= gone.pieces.isAll
    this.#spread.replace(gone.pieces, this.#nothing)
    for (const { index } of gone.offers) this.#change(index, -1)
  }

  /** The lowest piece from `from` on that the peer was not told of, or -1. */
  #untold({ told }: Guest, from: number): number {
    return from < this.#everything.size ? this.#everything.nextMissingFrom(told, from) : -1
  }

  /** Of which guest it is true that no other is there that lacks anything: they are counted once for all. */
  #whoIsAlone(): (guest: Guest) => boolean {
    let lacking = 0
    for (const { pieces } of this.#guests.values()) if (!pieces.isAll) lacking++
    return ({ pieces }) => lacking === (pieces.isAll ? 0 : 1)
  }

  /** The offers that `isDone` says so of are done with; others take their place. `isNew`: also where there were none. */
  #replace(guest: Guest, isDone: (offer: Offer) => boolean, at: number, isNew = false): Reveal[] {
    const done = guest.offers.filter(isDone)
    if (done.length === 0 && !isNew) return []
    guest.offers = guest.offers.filter((offer) => !done.includes(offer))
    for (const { index } of done) this.#change(index, -1)
    return this.#offer(guest, at)
  }

  #offer(guest: Guest, at: number): Reveal[] {
    const reveals: Reveal[] = []
    while (guest.offers.length < offersMax) {
      const index = this.#rarestFor(guest)
      if (index < 0) break
      this.#change(index, 1)
      guest.told = guest.told.with(index)
      guest.offers.push({ index, at })
      reveals.push({ peer: guest.peer, index })
    }
    return reveals
  }

  /** The least spread piece that a peer lacks and was not told of, or, where that is none of the first looked at, any; -1 without one. */
  #rarestFor({ pieces, told }: Guest): number {
    if (pieces.isAll) return -1
    const rarest = this.#spread.find(0, probesMax, (piece) => !told.has(piece) && !pieces.has(piece))
    if (rarest >= 0) return rarest
    let index = this.#everything.nextMissingFrom(pieces, 0)
    while (index >= 0 && told.has(index)) {
      index = index + 1 < this.#everything.size ? this.#everything.nextMissingFrom(pieces, index + 1) : -1
    }
    return index
  }

  #change(index: number, change: 1 | -1): void {
    this.#spread.change(index, change)
  }
}
