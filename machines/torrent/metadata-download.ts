import { isMetadataSize, metadataPieceLength } from '../../transport/wire/extended/metadata-pieces.ts'
import { liarsIn, MetadataCopy, type WholeMetadata } from './metadata-copy.ts'
import { MetadataSource, metadataDepth } from './metadata-source.ts'

/** The first turn of an attempt while others wait: most metadata is a few hundred KiB, and fetched in seconds. */
export const firstTurnMs = 60_000

/** One piece to ask one peer for. */
export interface MetadataRequest {
  readonly peer: number
  readonly piece: number
}

/** What a peer answered to a request. */
export interface MetadataGiven extends MetadataRequest {
  /** As the message says it, in bytes; undefined when it does not. */
  readonly totalSize: number | undefined
  /** Copied when it is kept. */
  readonly data: Uint8Array
}

/** What a peer did wrong: gave what it was not asked for, a piece of the wrong length, or another size than it announced. */
export type MetadataFault = 'metadata_unrequested' | 'metadata_length' | 'metadata_total_size'

/** What corrupt metadata says about its peers. */
export interface MetadataVerdict {
  /** Proven: they gave corrupt pieces. */
  readonly culprits: readonly number[]
  /** One of these did. */
  readonly suspects: readonly number[]
}

/** One way to get at the metadata: at this size, from one peer alone or from all that announce the size. */
interface Attempt {
  readonly size: number
  readonly sole: number | undefined
  /** How many it has had. */
  turns: number
}

/** An attempt under way. */
interface Turn {
  readonly attempt: Attempt
  readonly copy: MetadataCopy
  readonly endsAt: number
}

/**
 * Fetching the metadata of a magnet link (BEP 9) from peers that may lie about it. As long as one honest peer stays and answers,
 * it ends with the true bytes, and no honest peer is blamed. Peers are numbers, unique per connection; times are milliseconds.
 *
 * Each size that peers announce is an attempt of its own, spread over all its peers, the size of most peers first. An attempt has
 * the turn until nobody in it can be asked, or, while others wait, until its time is over; each turn of it is twice as long
 * as the one before, so that neither lies nor slow links keep it from its end. What came in is dropped with the turn.
 *
 * A whole copy is for the caller to hash. If it is corrupt and from one peer, that peer is proven. If it is from several, nobody
 * is: each peer of that size is then an attempt alone, suspects after the others, so that the next corrupt copy has one
 * giver. Once a copy verifies, those are proven whose pieces differed. For that one corrupt copy is kept, the last, besides the
 * one that comes in: 20 MiB at the worst, and 10 more in the moment that a copy is joined.
 */
export class MetadataDownload {
  readonly #sources = new Map<number, MetadataSource>()
  #attempts: Attempt[] = []
  #turn: Turn | undefined
  #complete: WholeMetadata | undefined
  #isVerified = false
  /** Connected peers that are not asked again. */
  readonly #liars = new Set<number>()
  #corrupt: WholeMetadata | undefined
  /** The contributors of the corrupt copy that are not proven otherwise. */
  readonly #suspects = new Set<number>()

  /** All pieces are here and wait for `verified` or `corrupt`. Not to be changed. */
  get complete(): WholeMetadata | undefined {
    return this.#complete
  }

  /**
   * A peer has the metadata and announces its size (`metadata_size`, BEP 9). False when it is not asked: the size is not from 1 to
   * `metadataBytesMax`, or it lied before. Only its first size counts. Whoever withdrew may offer again.
   */
  offer(peer: number, size: number): boolean {
    if (!isMetadataSize(size) || this.#liars.has(peer)) return false
    const before = this.#sources.get(peer)
    before?.offered()
    if (before) return true
    this.#sources.set(peer, new MetadataSource(peer, size))
    const known = this.#attempts.find((attempt) => attempt.size === size)
    if (!known || known.sole !== undefined) {
      this.#attempts.push({ size, sole: known ? peer : undefined, turns: 0 })
    }
    return true
  }

  /** A peer stays connected, and is not asked any more. What it still answers is used, as are its earlier answers. */
  withdrew(peer: number): void {
    this.#sources.get(peer)?.withdrew()
  }

  /** A peer is gone. What it gave stays. */
  left(peer: number): void {
    this.#liars.delete(peer)
    this.#remove(peer)
  }

  /** The requests to send now, which count as sent. To be called after each change, and every few seconds for what is overdue. */
  next(at: number): MetadataRequest[] {
    if (this.#isVerified || this.#complete) return []
    for (const source of this.#sources.values()) source.tick(at)
    this.#chooseTurn(at)
    return this.#turn ? this.#ask(this.#turn, at) : []
  }

  /** A peer gave a piece. A peer at fault is not asked again, and what it still gives is unrequested. */
  data({ peer, piece, totalSize, data }: MetadataGiven): MetadataFault | undefined {
    const fault = this.#faultOf({ peer, piece, totalSize, data })
    if (fault) {
      this.#distrust(peer)
      return fault
    }
    const turn = this.#turn
    if (!turn || !this.#sourcesOf(turn.attempt).some((source) => source.peer === peer)) return undefined
    turn.copy.put(piece, data, peer)
    if (turn.copy.isWhole) {
      this.#complete = turn.copy.join()
      this.#turn = undefined
    }
    return undefined
  }

  /** A peer rejected a piece. One it was not asked for means nothing. */
  reject(peer: number, piece: number, at: number): void {
    this.#sources.get(peer)?.rejected(piece, at)
  }

  /** What is complete passed its hash: the download is over. Throws an error when nothing is complete. */
  verified(): Pick<MetadataVerdict, 'culprits'> {
    const { bytes } = this.#takeComplete()
    this.#isVerified = true
    const bad = this.#corrupt
    this.#corrupt = undefined
    if (bad?.bytes.length !== bytes.length) return { culprits: [] }
    return { culprits: liarsIn(bad, bytes).filter((peer) => this.#suspects.has(peer)) }
  }

  /** What is complete failed its hash: the download goes on without the culprits. Throws an error when nothing is complete. */
  corrupt(): MetadataVerdict {
    const bad = this.#takeComplete()
    const peers = [...new Set(bad.contributors)]
    const [culprit] = peers
    if (culprit !== undefined && peers.length === 1) {
      this.#suspects.delete(culprit)
      this.#distrust(culprit)
      return { culprits: peers, suspects: [] }
    }
    this.#corrupt = bad
    this.#suspects.clear()
    for (const peer of peers) this.#suspects.add(peer)
    this.#separate(bad.bytes.length)
    return { culprits: [], suspects: peers }
  }

  #takeComplete(): WholeMetadata {
    const complete = this.#complete
    if (!complete) throw new Error('no metadata is complete')
    this.#complete = undefined
    return complete
  }

  #faultOf({ peer, piece, totalSize, data }: MetadataGiven): MetadataFault | undefined {
    const source = this.#sources.get(peer)
    if (!source?.gave(piece)) return 'metadata_unrequested'
    if (totalSize !== source.size) return 'metadata_total_size'
    return data.length === metadataPieceLength(source.size, piece) ? undefined : 'metadata_length'
  }

  #distrust(peer: number): void {
    this.#remove(peer)
    this.#liars.add(peer)
  }

  /** Attempts nobody is left for are forgotten, but for the one that has the turn: others may go on with it. */
  #remove(peer: number): void {
    this.#sources.delete(peer)
    this.#attempts = this.#attempts.filter(
      (attempt) => attempt === this.#turn?.attempt || this.#sourcesOf(attempt).length > 0,
    )
  }

  /** From now on each peer of this size is an attempt alone. */
  #separate(size: number): void {
    const alone = [...this.#sources.values()].filter((source) => source.size === size)
    this.#attempts = this.#attempts.filter((attempt) => attempt.size !== size)
    this.#attempts.push(...alone.map(({ peer }) => ({ size, sole: peer, turns: 0 })))
  }

  #sourcesOf({ size, sole }: Attempt): MetadataSource[] {
    if (sole === undefined) return [...this.#sources.values()].filter((source) => source.size === size)
    const source = this.#sources.get(sole)
    return source ? [source] : []
  }

  #chooseTurn(at: number): void {
    const turn = this.#turn
    if (turn && at < turn.endsAt && !this.#isStuck(turn.attempt, at)) return
    const [attempt] = this.#attempts
      .filter((one) => one !== turn?.attempt && this.#sourcesOf(one).some((source) => source.isFree(at)))
      .sort((one, other) => this.#compare(one, other))
    if (!attempt) return
    this.#turn = { attempt, copy: new MetadataCopy(attempt.size), endsAt: at + firstTurnMs * 2 ** attempt.turns }
    attempt.turns++
  }

  /** Nothing is under way in it, and nobody can be asked. */
  #isStuck(attempt: Attempt, at: number): boolean {
    return this.#sourcesOf(attempt).every((source) => source.outstanding.size === 0 && !source.isFree(at))
  }

  /** Which attempt is to come first. The turns go before all else: whoever holds them up must not do so again and again. */
  #compare(one: Attempt, other: Attempt): number {
    return (
      one.turns - other.turns ||
      Number(this.#isSuspect(one)) - Number(this.#isSuspect(other)) ||
      this.#believers(other) - this.#believers(one)
    )
  }

  #isSuspect({ sole }: Attempt): boolean {
    return sole !== undefined && this.#suspects.has(sole)
  }

  /** How many peers announce the size. */
  #believers({ size }: Attempt): number {
    return [...this.#sources.values()].filter((source) => source.size === size).length
  }

  /** A piece for each peer that is free, then a second one: so the pieces spread. */
  #ask({ attempt, copy }: Turn, at: number): MetadataRequest[] {
    const sources = this.#sourcesOf(attempt)
    const taken = new Set(sources.flatMap(({ outstanding }) => [...outstanding.keys()]))
    const requests: MetadataRequest[] = []
    let piece = 0
    for (let depth = 1; depth <= metadataDepth; depth++) {
      for (const source of sources) {
        if (source.outstanding.size >= depth || !source.isFree(at)) continue
        while (piece < copy.pieceCount && (copy.has(piece) || taken.has(piece))) piece++
        if (piece === copy.pieceCount) return requests
        source.asked(piece, at)
        requests.push({ peer: source.peer, piece: piece++ })
      }
    }
    return requests
  }
}
