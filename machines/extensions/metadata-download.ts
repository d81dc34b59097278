import { isMetadataSize, metadataPieceLength } from '../../transport/wire/extended/metadata-pieces.ts'
import { liarsIn, MetadataCopy, type WholeMetadata } from './metadata-copy.ts'
import { isFull, MetadataRoom } from './metadata-room.ts'
import { MetadataSeat, seated } from './metadata-seat.ts'
import { MetadataSource, metadataDepth, metadataTimeoutMs } from './metadata-source.ts'

/** Peers asked alone for one size, side by side. Twice as many with each that was corrupt, or is late. */
export const solesMin = 4

/** Bytes a second: a peer asked alone that takes a second longer than at this rate is late. */
export const soleRate = 256 * 1024

/** Parts of copies kept, for peers that may come, of sizes that no peer announces any more. */
export const leftCopiesMax = 8

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
  /** What is here of it. */
  copy: MetadataCopy
  /** When a peer was first asked for it. */
  begunAt: number | undefined
  /** When it was last given a piece, by a peer that is still there. */
  gaveAt: number
  readonly seat: MetadataSeat
}

type SourcesBySize = ReadonlyMap<number, readonly MetadataSource[]>

/** Attempts at one size that were begun. */
interface Begun {
  inTime: number
  /** Not whole after a second more than at `soleRate`. */
  late: number
}

const attemptAt = (size: number, sole?: number): Attempt => ({
  size,
  sole,
  copy: new MetadataCopy(size),
  begunAt: undefined,
  gaveAt: Number.NEGATIVE_INFINITY,
  seat: new MetadataSeat(size),
})

/**
 * Fetching the metadata of a magnet link (BEP 9) from peers that may lie about it. As long as one honest peer stays and answers, it ends
 * with the true bytes, and no honest peer is blamed. Peers are numbers, unique per connection; times are milliseconds.
 *
 * Each size that peers announce is an attempt of its own, spread over all its peers; a piece that only silent peers owe is asked of every
 * other too. All attempts go on side by side, the size of most peers first, then the smallest, and share the memory for what is here of
 * them: those to which no peer adds lose theirs first, and those that are not longer than others never wait (see `MetadataRoom`). The
 * longer ones are seated in turn, and have room for all of theirs: an attempt that goes on growing keeps its seat, newcomers go before
 * those that wait for a while at most, and a slow one is seated for longer each time (see `MetadataSeat`). So none is held up for good,
 * however many claim other sizes, whatever they give, and however often they come back; for how long is a matter of how much they give:
 * each that came before may hold a seat for as long as its pieces last at `seatRate`.
 *
 * A whole copy is for the caller to hash. If it is corrupt and from one peer, that peer is proven. If it is from several, no peer is: each
 * peer of that size is then an attempt alone, some of them side by side, suspects after the others, quick peers first, so that the next
 * corrupt copy has one giver. Once a copy verifies, those are proven whose pieces differed. For that one corrupt copy is kept, the last,
 * besides those that come in: `attemptsBytesMax` and 10 MiB at the worst, and 10 more in the moment that a copy is joined.
 */
export class MetadataDownload {
  readonly #sources = new Map<number, MetadataSource>()
  #attempts: Attempt[] = []
  /** Have room for all of theirs. */
  #seated: ReadonlySet<Attempt> = new Set()
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
   * `metadataBytesMax`, or it lied before. Only its first size counts. A peer that withdrew may offer again.
   */
  offer(peer: number, size: number): boolean {
    if (!isMetadataSize(size) || this.#liars.has(peer)) return false
    const before = this.#sources.get(peer)
    before?.offered()
    if (before) return true
    this.#sources.set(peer, new MetadataSource(peer, size))
    const known = this.#attempts.find((attempt) => attempt.size === size)
    if (!known || known.sole !== undefined) this.#attempts.push(attemptAt(size, known && peer))
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
    const sources = this.#bySize()
    const attempts = this.#inOrder(sources)
    const room = this.#roomAt(at, sources)
    const begun = this.#begunBySize(at)
    return attempts.flatMap((attempt) => {
      const ofSize = begun.get(attempt.size)
      if (attempt.begunAt === undefined && !this.#mayBegin(attempt, ofSize)) return []
      const requests = this.#ask(attempt, this.#sourcesOf(attempt, sources), room, at)
      if (requests.length > 0 && attempt.begunAt === undefined) {
        attempt.begunAt = at
        if (ofSize) ofSize.inTime++
      }
      return requests
    })
  }

  /** A peer gave a piece. A peer at fault is not asked again, and what it still gives is unrequested. */
  data(given: MetadataGiven): MetadataFault | undefined {
    const { peer, piece, data, at } = given
    const fault = this.#faultOf(given)
    if (fault) {
      this.#distrust(peer)
      return fault
    }
    const size = this.#sources.get(peer)?.size
    const attempt = this.#attempts.find(({ size: own, sole }) => own === size && (sole ?? peer) === peer)
    if (attempt?.copy.put(piece, data, peer)) attempt.gaveAt = at
    this.#join()
    if (isFull(this.#attempts)) this.#room(this.#seated, at, this.#bySize()).shed()
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
    this.#attempts = []
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
    const attempt = this.#complete ? undefined : this.#attempts.find(({ copy }) => copy.isWhole)
    if (attempt === undefined) return
    this.#complete = attempt.copy.join()
    attempt.copy = new MetadataCopy(attempt.size)
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

  /** Of the attempts for which no peer is left, some with a part of a copy stay: others may go on with them. */
  #remove(peer: number): void {
    this.#sources.delete(peer)
    const sources = this.#bySize()
    const isLeft = (attempt: Attempt) => this.#sourcesOf(attempt, sources).length === 0
    const kept = this.#attempts
      .filter((one) => isLeft(one) && one.sole === undefined && one.copy.held > 0)
      .slice(-leftCopiesMax)
    for (const attempt of kept) attempt.gaveAt = Number.NEGATIVE_INFINITY
    this.#attempts = this.#attempts.filter((attempt) => !isLeft(attempt) || kept.includes(attempt))
  }

  /** From now on each peer of this size is an attempt alone. */
  #separate(size: number): void {
    const alone = this.#bySize().get(size) ?? []
    this.#attempts = this.#attempts.filter((attempt) => attempt.size !== size)
    this.#attempts.push(...alone.map(({ peer }) => attemptAt(size, peer)))
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

  #sourcesOf({ size, sole }: Attempt, sources: SourcesBySize): readonly MetadataSource[] {
    if (sole === undefined) return sources.get(size) ?? []
    const source = this.#sources.get(sole)
    return source ? [source] : []
  }

  /** Whether a peer may be asked for it, or answers. */
  #isMoving(attempt: Attempt, sources: SourcesBySize, at: number): boolean {
    return this.#sourcesOf(attempt, sources).some((source) => source.isMoving(at))
  }

  #room(seated: ReadonlySet<Attempt>, at: number, sources: SourcesBySize): MetadataRoom<Attempt> {
    return new MetadataRoom(this.#attempts, seated, (attempt) => this.#isMoving(attempt, sources, at))
  }

  /** Seats those whose term goes on, and others that are held up. */
  #roomAt(at: number, sources: SourcesBySize): MetadataRoom<Attempt> {
    const present = this.#attempts.filter((attempt) => this.#sourcesOf(attempt, sources).length > 0)
    // Slow ones are silent now and then.
    const isAlive = (one: Attempt) => at - one.gaveAt < metadataTimeoutMs || this.#isMoving(one, sources, at)
    for (const one of present) one.seat.tick(one.copy.held, isAlive(one), at)
    const firm = new Set(present.filter(({ seat }) => seat.isFirm))
    const room = this.#room(firm, at, sources)
    for (const one of present) if (room.isHeldUp(one, metadataDepth)) one.seat.claim(at)
    const claimants = present.filter((one) => one.seat.isClaimed(at) && isAlive(one))
    this.#seated = seated(claimants, at)
    return this.#room(this.#seated, at, sources)
  }

  /** How many of a size that were begun are in time, and how many late. */
  #begunBySize(at: number): Map<number, Begun> {
    const begun = new Map<number, Begun>()
    for (const { size, begunAt } of this.#attempts) {
      const ofSize = begun.get(size) ?? { inTime: 0, late: 0 }
      begun.set(size, ofSize)
      if (begunAt === undefined) continue
      if (at - begunAt < 1000 + (size * 1000) / soleRate) ofSize.inTime++
      else ofSize.late++
    }
    return begun
  }

  /** Whether it may be asked for: honest peers that are asked alone for the same size would all give the same. */
  #mayBegin({ sole }: Attempt, { inTime, late }: Begun = { inTime: 0, late: 0 }): boolean {
    return sole === undefined || inTime < Math.max(solesMin, 2 * (late + this.#failures))
  }

  /** Which are asked for first. */
  #inOrder(sources: SourcesBySize): Attempt[] {
    const claims = ({ size }: Attempt) => sources.get(size)?.length ?? 0
    const answerMs = ({ sole }: Attempt) => (sole === undefined ? 0 : (this.#sources.get(sole)?.answerMs ?? 0))
    return this.#attempts.toSorted(
      (one, other) =>
        Number(this.#isSuspect(one)) - Number(this.#isSuspect(other)) ||
        claims(other) - claims(one) ||
        one.size - other.size ||
        answerMs(one) - answerMs(other),
    )
  }

  #isSuspect({ sole }: Attempt): boolean {
    return sole !== undefined && this.#suspects.has(sole)
  }

  /** A piece for each peer that is free, then a second one: so the pieces spread. */
  #ask(
    attempt: Attempt,
    sources: readonly MetadataSource[],
    room: MetadataRoom<Attempt>,
    at: number,
  ): MetadataRequest[] {
    const owed = owedBy(sources, at)
    let asked = owed.inTime.size
    const requests: MetadataRequest[] = []
    for (let depth = 1; depth <= metadataDepth; depth++) {
      for (const source of sources) {
        if (source.outstanding.size >= depth || !source.isFree(at)) continue
        if (!room.isFor(attempt, asked)) return requests
        const piece = nextPiece(attempt.copy, source, owed)
        if (piece === undefined) continue
        owed.inTime.set(piece, (owed.inTime.get(piece) ?? 0) + 1)
        source.asked(piece, at)
        asked++
        requests.push({ peer: source.peer, piece })
      }
    }
    return requests
  }
}

/** Which peers owe which pieces of a copy. */
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

/** The piece to ask a peer for: the first that no peer owes, or else, of those that silent peers owe, the one that fewest others do. */
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
