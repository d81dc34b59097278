import { remoteKey } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { metadataPieceBytes } from '../../transport/wire/extended/metadata-pieces.ts'
import { MetadataAllowance } from './metadata-allowance.ts'

/** Pieces given to one host in one go, however short the metadata: 1 MiB, so that retries of one piece cost an honest peer nothing. */
const servesMin = 64

/** Rejects given in one go, however short the metadata is. webtorrent asks for all pieces at once, and a peer may guess. */
const rejectsMin = 256

/** Pieces given to a peer between two ticks, at most: 1 MiB a second, well below what a socket may hold. */
export const metadataPace = 64

/** What metadata may take of a limit up, all peers together: the rest is left to blocks, however many ask. */
const limitShare = 1 / 2

/** Hosts remembered, as many as peers that left are; the one that has not asked for longest goes first. */
export const metadataHostsMax = 2_000

/** One piece that a peer asks for. */
export interface MetadataWish {
  readonly peer: number
  /** As the peer says it: any number. */
  readonly piece: number
}

/** What a peer is like at a moment, as far as its pace depends on it. */
export interface MetadataLink {
  /** What is sent to it piles up: it gets nothing until that is over. */
  readonly isCongested: boolean
  /** Its limit up, in bytes a second; Infinity is none. */
  readonly limit: number
}

/** One request for metadata (BEP 9). */
export interface MetadataAsked extends MetadataWish {
  readonly address: Address
  /** Asked whenever it may get a piece. */
  readonly link: () => MetadataLink
  /** Pieces of 16 KiB of our metadata; 0 while we have none. */
  readonly pieceCount: number
  /** Milliseconds. */
  readonly at: number
}

/**
 * What a request meets: the piece, at once or when its turn comes (`tick` says so), a reject, or, with `metadata_flood`, the end of the
 * connection.
 */
export type MetadataAnswer = 'give' | 'wait' | 'reject' | 'metadata_flood'

/** A connection that has asked. */
interface Asker {
  readonly link: () => MetadataLink
  readonly rejects: MetadataAllowance
  /** Pieces given since the last tick. */
  given: number
  /** Pieces that it gets with the next ticks, in the order it asked for them. */
  readonly waiting: number[]
}

/**
 * How much metadata others get of us, and how fast (BEP 9). Metadata is not choked, so this is what keeps it from being a lever: a
 * request of 30 bytes fetches 16 KiB. It goes no faster than the remote reads, and takes half of a limit at most. An honest host
 * can fetch the whole twice at once, and again every five minutes, whichever of its connections asks; what it used up stays so
 * when it connects anew, and is forgotten ten minutes later. Beyond that each connection gets at least as many rejects, and one
 * that goes on asking is no downloader: it alone is at fault, as others may share its host.
 *
 * libtorrent and Transmission bound what waits for one connection (1024 and 64 requests) and count nothing: a peer that asks at their
 * pace gets metadata for ever.
 */
export class MetadataServing {
  /** By `remoteKey`, in the order they last asked. */
  readonly #hosts = new Map<string, MetadataAllowance>()
  /** The peer that was given a piece by a tick longest ago comes first. */
  readonly #askers = new Map<number, Asker>()
  /** Seconds that the limits take to let through what was given; each tick takes some off. */
  #takenS = 0

  /** Decides on a request and counts it. */
  answer({ peer, address, link, piece, pieceCount, at }: MetadataAsked): MetadataAnswer {
    const asker = this.#askers.get(peer) ?? { link, rejects: new MetadataAllowance(), given: 0, waiting: [] }
    this.#askers.set(peer, asker)
    const exists = Number.isInteger(piece) && piece >= 0 && piece < pieceCount
    const servesMax = Math.max(servesMin, 2 * pieceCount)
    if (!exists || asker.waiting.length >= servesMax || !this.#allowanceOf(address).take(servesMax, at)) {
      return asker.rejects.take(Math.max(rejectsMin, 2 * pieceCount), at) ? 'reject' : 'metadata_flood'
    }
    if (asker.waiting.length === 0 && this.#take(asker, link())) return 'give'
    asker.waiting.push(piece)
    return 'wait'
  }

  /** A second is over: answers what is given now of that which waits, to one peer after the other. */
  tick(): MetadataWish[] {
    this.#takenS = Math.max(0, this.#takenS - limitShare)
    for (const asker of this.#askers.values()) asker.given = 0
    let next = [...this.#askers].flatMap(([peer, asker]) =>
      asker.waiting.length > 0 ? [{ peer, asker, link: asker.link() }] : [],
    )
    const wishes: MetadataWish[] = []
    while (next.length > 0) {
      next = next.filter(({ peer, asker, link }) => {
        if (!this.#take(asker, link)) return false
        for (const piece of asker.waiting.splice(0, 1)) wishes.push({ peer, piece })
        this.#askers.delete(peer)
        this.#askers.set(peer, asker)
        return asker.waiting.length > 0
      })
    }
    return wishes
  }

  /** A connection is over; what waits for it with it. */
  left(peer: number): void {
    this.#askers.delete(peer)
  }

  /** Whether a peer may be given one more piece now; counts it. One peer's own limit, however low, costs others a second at most. */
  #take(asker: Asker, { isCongested, limit }: MetadataLink): boolean {
    const isLimited = limit !== Number.POSITIVE_INFINITY
    if (isCongested || asker.given === metadataPace || (isLimited && this.#takenS >= limitShare)) return false
    asker.given++
    this.#takenS += Math.min(1, metadataPieceBytes / limit)
    return true
  }

  #allowanceOf(address: Address): MetadataAllowance {
    const key = remoteKey(address)
    const allowance = this.#hosts.get(key) ?? new MetadataAllowance()
    this.#hosts.delete(key)
    this.#hosts.set(key, allowance)
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= metadataHostsMax) break
      this.#hosts.delete(oldest)
    }
    return allowance
  }
}
