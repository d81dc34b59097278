import { isMetadataSize, metadataPieceLength } from '../../transport/wire/extended/metadata-pieces.ts'
import { liarsIn, MetadataCopy, type WholeMetadata } from './metadata-copy.ts'
import { MetadataSource, metadataDepth } from './metadata-source.ts'

/** The first turn of an attempt while others wait: most metadata is a few hundred KiB, and fetched in seconds. */
export const firstTurnMs = 60_000

/** Bytes of the pieces of all attempts that are here, and of all attempts that have a turn, each counted whole: three of the longest. */
export const attemptsBytesMax = 32 * 1024 * 1024

/** Peers asked alone for one size, side by side, that are not silent. Twice as many with each that was corrupt, or is silent. */
export const solesMin = 4

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
  /** When it came, in milliseconds. */
  readonly at: number
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
  /** Until then there is memory for all of it. Undefined: it has what those leave that have a turn, while they do. */
  endsAt: number | undefined
}

/**
 * Fetching the metadata of a magnet link (BEP 9) from peers that may lie about it. As long as one honest peer stays and answers,
 * it ends with the true bytes, and no honest peer is blamed. Peers are numbers, unique per connection; times are milliseconds.
 *
 * Each size that peers announce is an attempt of its own, spread over all its peers; a piece that only silent peers owe is asked of every
 * other too. All attempts go on side by side, the size of most peers first, then the smallest. As many as memory allows have a turn, in
 * which nothing is taken from them. The others live on what is left, as most of what was announced is not here yet; when it is used up, the
 * one that holds most loses what it has: so liars keep none waiting that is shorter than they are. While any has no turn, a turn
 * ends when nobody in it can be asked or its time is over; each turn of an attempt is twice as long as the one before, so that neither lies
 * nor slow links keep it from its end.
 *
 * A whole copy is for the caller to hash. If it is corrupt and from one peer, that peer is proven. If it is from several, nobody
 * is: each peer of that size is then an attempt alone, some of them side by side, suspects after the others, so that the next corrupt copy
 * has one giver. Once a copy verifies, those are proven whose pieces differed. For that one corrupt copy is kept, the last, besides those
 * that come in: `attemptsBytesMax` and 10 MiB at the worst, and 10 more in the moment that a copy is joined.
 */
export class MetadataDownload {
  readonly #sources = new Map<number, MetadataSource>()
  #attempts: Attempt[] = []
  #turns: Turn[] = []
  #complete: WholeMetadata | undefined
  #isVerified = false
  /** Copies that were corrupt so far. */
  #failures = 0
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
    this.#chooseTurns(at)
    const sources = this.#bySize()
    return this.#turns.flatMap((turn) => this.#ask(turn, this.#sourcesOf(turn.attempt, sources), at))
  }

  /** A peer gave a piece. A peer at fault is not asked again, and what it still gives is unrequested. */
  data(given: MetadataGiven): MetadataFault | undefined {
    const { peer, piece, data } = given
    const fault = this.#faultOf(given)
    if (fault) {
      this.#distrust(peer)
      return fault
    }
    const size = this.#sources.get(peer)?.size
    const turn = this.#turns.find(({ attempt: { size: own, sole } }) => own === size && (sole ?? peer) === peer)
    turn?.copy.put(piece, data, peer)
    this.#join()
    this.#trim()
    return undefined
  }

  /** When more is here than memory allows, the attempt without a turn that holds most is dropped. */
  #trim(): void {
    const held = this.#turns.reduce((sum, { copy }) => sum + copy.held, 0)
    if (held <= attemptsBytesMax) return
    const guests = this.#turns.filter(({ endsAt }) => endsAt === undefined)
    const most = guests.reduce<Turn | undefined>(
      (so, one) => (so && so.copy.held >= one.copy.held ? so : one),
      undefined,
    )
    this.#turns = this.#turns.filter((turn) => turn !== most)
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
    this.#failures++
    const peers = [...new Set(bad.contributors)]
    const [culprit] = peers
    if (culprit !== undefined && peers.length === 1) {
      this.#suspects.delete(culprit)
      this.#distrust(culprit)
      this.#join()
      return { culprits: peers, suspects: [] }
    }
    this.#corrupt = bad
    this.#suspects.clear()
    for (const peer of peers) this.#suspects.add(peer)
    this.#separate(bad.bytes.length)
    this.#join()
    return { culprits: [], suspects: peers }
  }

  #takeComplete(): WholeMetadata {
    const complete = this.#complete
    if (!complete) throw new Error('no metadata is complete')
    this.#complete = undefined
    return complete
  }

  /** The first copy that is whole is complete. */
  #join(): void {
    const turn = this.#complete ? undefined : this.#turns.find(({ copy }) => copy.isWhole)
    if (turn === undefined) return
    this.#complete = turn.copy.join()
    this.#turns = this.#turns.filter((one) => one !== turn)
  }

  #faultOf({ peer, piece, totalSize, data, at }: MetadataGiven): MetadataFault | undefined {
    const source = this.#sources.get(peer)
    if (!source?.gave(piece, at)) return 'metadata_unrequested'
    if (totalSize !== source.size) return 'metadata_total_size'
    return data.length === metadataPieceLength(source.size, piece) ? undefined : 'metadata_length'
  }

  #distrust(peer: number): void {
    this.#remove(peer)
    this.#liars.add(peer)
  }

  /** Attempts nobody is left for are forgotten, but for those under way: others may go on with them. */
  #remove(peer: number): void {
    this.#sources.delete(peer)
    const sources = this.#bySize()
    this.#turns = this.#turns.filter(({ attempt: { sole } }) => sole !== peer)
    this.#attempts = this.#attempts.filter(
      (attempt) => this.#isUnderWay(attempt) || this.#sourcesOf(attempt, sources).length > 0,
    )
  }

  /** From now on each peer of this size is an attempt alone. */
  #separate(size: number): void {
    const alone = this.#bySize().get(size) ?? []
    this.#attempts = this.#attempts.filter((attempt) => attempt.size !== size)
    this.#attempts.push(...alone.map(({ peer }) => ({ size, sole: peer, turns: 0 })))
    this.#turns = this.#turns.filter(({ attempt }) => attempt.size !== size)
  }

  #hasTurn(attempt: Attempt): boolean {
    return this.#turns.some((turn) => turn.attempt === attempt && turn.endsAt !== undefined)
  }

  #isUnderWay(attempt: Attempt): boolean {
    return this.#turns.some((turn) => turn.attempt === attempt)
  }

  #bySize(): Map<number, MetadataSource[]> {
    const sources = new Map<number, MetadataSource[]>()
    for (const source of this.#sources.values()) {
      const same = sources.get(source.size)
      if (same) same.push(source)
      else sources.set(source.size, [source])
    }
    return sources
  }

  #sourcesOf(
    { size, sole }: Attempt,
    sources: ReadonlyMap<number, readonly MetadataSource[]>,
  ): readonly MetadataSource[] {
    if (sole === undefined) return sources.get(size) ?? []
    const source = this.#sources.get(sole)
    return source ? [source] : []
  }

  /** As many have a turn as there is memory for; when it is not enough, those whose time is over, or that can ask nobody, lose it first. */
  #chooseTurns(at: number): void {
    if (this.#begin(at)) return
    const sources = this.#bySize()
    for (const turn of this.#turns) {
      const isOver = turn.endsAt !== undefined && at >= turn.endsAt
      if (isOver || isStuck(this.#sourcesOf(turn.attempt, sources), at)) turn.endsAt = undefined
    }
    this.#begin(at)
  }

  /** False when one has to do without a turn. */
  #begin(at: number): boolean {
    const sources = this.#bySize()
    const believers = ({ size }: Attempt) => sources.get(size)?.length ?? 0
    const waiting = this.#attempts
      .filter((one) => !this.#hasTurn(one) && this.#sourcesOf(one, sources).some((source) => source.isFree(at)))
      .sort((one, other) => this.#compare(one, other) || believers(other) - believers(one) || one.size - other.size)
    let bytes = this.#turns.reduce((sum, { attempt, endsAt }) => sum + (endsAt === undefined ? 0 : attempt.size), 0)
    /** Turns of the first that waits: who has had more does not go before it. */
    let turns = Number.POSITIVE_INFINITY
    for (const attempt of waiting) {
      let turn = this.#turns.find((one) => one.attempt === attempt)
      if (!turn && attempt.sole !== undefined && !this.#mayBeginAlone(attempt.size, at)) continue
      if (!turn) {
        turn = { attempt, copy: new MetadataCopy(attempt.size), endsAt: undefined }
        this.#turns.push(turn)
      }
      if (attempt.turns > turns || (bytes > 0 && bytes + attempt.size > attemptsBytesMax)) {
        turns = Math.min(turns, attempt.turns)
        continue
      }
      turn.endsAt = at + firstTurnMs * 2 ** attempt.turns
      attempt.turns++
      bytes += attempt.size
    }
    return turns === Number.POSITIVE_INFINITY
  }

  /** Whether one more peer of a size may be asked for all of it: honest ones would all give the same. */
  #mayBeginAlone(size: number, at: number): boolean {
    let moving = 0
    let silent = 0
    for (const { attempt } of this.#turns) {
      if (attempt.size !== size || attempt.sole === undefined) continue
      if (this.#sources.get(attempt.sole)?.isFree(at) || !this.#sources.get(attempt.sole)?.isSilent(at)) moving++
      else silent++
    }
    return moving < Math.max(solesMin, 2 * (silent + this.#failures))
  }

  /** Which attempt is to come first. The turns go before all else: whoever holds them up must not do so again and again. */
  #compare(one: Attempt, other: Attempt): number {
    return one.turns - other.turns || Number(this.#isSuspect(one)) - Number(this.#isSuspect(other))
  }

  #isSuspect({ sole }: Attempt): boolean {
    return sole !== undefined && this.#suspects.has(sole)
  }

  /** A piece for each peer that is free, then a second one: so the pieces spread. */
  #ask({ copy }: Turn, sources: readonly MetadataSource[], at: number): MetadataRequest[] {
    const owed = owedBy(sources, at)
    const requests: MetadataRequest[] = []
    for (let depth = 1; depth <= metadataDepth; depth++) {
      for (const source of sources) {
        if (source.outstanding.size >= depth || !source.isFree(at)) continue
        const piece = nextPiece(copy, source, owed)
        if (piece === undefined) continue
        owed.inTime.set(piece, (owed.inTime.get(piece) ?? 0) + 1)
        source.asked(piece, at)
        requests.push({ peer: source.peer, piece })
      }
    }
    return requests
  }
}

/** Who owes which pieces of a copy. */
interface Owed {
  /** How many peers that are not silent owe each. */
  readonly inTime: Map<number, number>
  /** Those that silent peers owe. */
  readonly silent: Set<number>
}

function owedBy(sources: readonly MetadataSource[], at: number): Owed {
  const inTime = new Map<number, number>()
  const silent = new Set<number>()
  for (const source of sources) {
    const isSilent = source.isSilent(at)
    for (const piece of source.outstanding.keys()) {
      if (isSilent) silent.add(piece)
      else inTime.set(piece, (inTime.get(piece) ?? 0) + 1)
    }
  }
  return { inTime, silent }
}

/** The piece to ask a peer for: the first that nobody owes, or else, of those that silent peers owe, the one that fewest others do. */
function nextPiece(copy: MetadataCopy, { outstanding }: MetadataSource, { inTime, silent }: Owed): number | undefined {
  for (let piece = 0; piece < copy.pieceCount; piece++) {
    if (!copy.has(piece) && !inTime.has(piece) && !silent.has(piece)) return piece
  }
  let least: number | undefined
  for (const piece of silent) {
    if (copy.has(piece) || outstanding.has(piece)) continue
    if (least === undefined || (inTime.get(piece) ?? 0) < (inTime.get(least) ?? 0)) least = piece
  }
  return least
}

/** Nobody in it can be asked, and nothing is under way but what silent peers owe. */
const isStuck = (sources: readonly MetadataSource[], at: number): boolean =>
  sources.every((source) => (source.outstanding.size === 0 || source.isSilent(at)) && !source.isFree(at))
