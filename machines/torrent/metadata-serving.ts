import type { Address } from '../../transport/transport.ts'
import { keyOf } from './blacklist.ts'
import { MetadataAllowance } from './metadata-allowance.ts'

/** Pieces given to one host in one go, however short the metadata: 1 MiB, so that retries of one piece cost an honest peer nothing. */
const servesMin = 64

/** Rejects given in one go, however short the metadata is. webtorrent asks for all pieces at once, and a peer may guess. */
const rejectsMin = 256

/** Pieces given to a peer between two ticks: 1 MiB a second, well below what a socket may hold. */
export const metadataPace = 64

/** Hosts remembered, as many as peers that left are; who has not asked for longest goes first. */
export const metadataHostsMax = 2_000

/** One piece that a peer asks for. */
export interface MetadataWish {
  readonly peer: number
  /** As the peer says it: any number. */
  readonly piece: number
}

/** One request for metadata (BEP 9). */
export interface MetadataAsked extends MetadataWish {
  readonly address: Address
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
  readonly rejects: MetadataAllowance
  /** Pieces given since the last tick. */
  given: number
  /** Pieces that it gets with the next ticks, in the order it asked for them. */
  readonly waiting: number[]
}

/**
 * How much metadata others get of us, and how fast (BEP 9). Metadata is not choked, so this is what keeps it from being a lever: a
 * request of 30 bytes fetches 16 KiB. An honest host can fetch the whole twice at once, and again every five minutes, whichever
 * of its connections asks; what it used up stays so when it connects anew, and is forgotten ten minutes later. Beyond that each
 * connection gets at least as many rejects, and one that goes on asking is no downloader: it alone is at fault, as others may
 * share its host.
 *
 * libtorrent and Transmission bound what waits for one connection (1024 and 64 requests) and count nothing: whoever asks at their
 * pace gets metadata for ever.
 */
export class MetadataServing {
  /** By `keyOf`, in the order they last asked. */
  readonly #hosts = new Map<string, MetadataAllowance>()
  readonly #askers = new Map<number, Asker>()

  /** Decides on a request and counts it. */
  answer({ peer, address, piece, pieceCount, at }: MetadataAsked): MetadataAnswer {
    const asker = this.#askers.get(peer) ?? { rejects: new MetadataAllowance(), given: 0, waiting: [] }
    this.#askers.set(peer, asker)
    const exists = Number.isInteger(piece) && piece >= 0 && piece < pieceCount
    if (!exists || !this.#allowanceOf(address).take(Math.max(servesMin, 2 * pieceCount), at)) {
      return asker.rejects.take(Math.max(rejectsMin, 2 * pieceCount), at) ? 'reject' : 'metadata_flood'
    }
    if (asker.given === metadataPace) {
      asker.waiting.push(piece)
      return 'wait'
    }
    asker.given++
    return 'give'
  }

  /** A second is over: answers what is given now of that which waits. */
  tick(): MetadataWish[] {
    return [...this.#askers].flatMap(([peer, asker]) => {
      const turn = asker.waiting.splice(0, metadataPace)
      asker.given = turn.length
      return turn.map((piece) => ({ peer, piece }))
    })
  }

  /** A connection is over; what waits for it with it. */
  left(peer: number): void {
    this.#askers.delete(peer)
  }

  #allowanceOf(address: Address): MetadataAllowance {
    const key = keyOf(address)
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
