import { runBytesMax } from '../../../transport/web-seed/waiting-requests.ts'
import type { PickerPeer, Run } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Missing pieces that are looked at where a run is looked for. */
const looksMax = 1_024

/** Idle pieces that stand one behind the other, within the run of one peer or of none. */
interface Gap {
  readonly begin: number
  end: number
  /** How many of them no partial peer has. */
  unheld: number
  readonly isTaken: boolean
}

/**
 * Runs of idle pieces, each as long as one request over HTTP may be, for peers that are asked for less with fewer requests. A run keeps off
 * others that are given runs, and only as long as there is anything else: then they share what is left of it. All other peers take pieces
 * out of it as if it were not there.
 */
export class Runs {
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>
  readonly #random: () => number

  /** `peers`: all that are connected. */
  constructor(pool: PiecePool, peers: ReadonlyMap<number, PickerPeer>, random: () => number) {
    this.#pool = pool
    this.#peers = peers
    this.#random = random
  }

  /**
   * The next piece of a peer's run, or the first of its next one; -1 where none was found that is accepted: it may go on with its run for
   * pieces of another rank. Those accepted are idle.
   */
  next(asked: PickerPeer, accepts: (index: number) => boolean): number {
    const { run } = asked
    if (run !== undefined && run.next < run.end && accepts(run.next)) return run.next++
    const found = this.#find(asked, accepts)
    if (found === undefined) return -1
    asked.run = found
    return found.next++
  }

  /** Its next run is behind a piece that was found for it in another way. */
  goOnFrom(asked: PickerPeer, index: number): void {
    asked.run = { next: index + 1, end: Math.min(this.#pool.have.size, index + this.#piecesMax) }
  }

  /**
   * The gap with the most pieces that no partial peer has, and of such the longest. Where all are of runs of others, the second half of one:
   * whoever is at its first half ends there.
   */
  #find(asked: PickerPeer, accepts: (index: number) => boolean): Run | undefined {
    let free: Gap | undefined
    let taken: Gap | undefined
    for (const gap of this.#gaps(asked, accepts)) {
      if (!gap.isTaken) free = better(gap, free)
      else taken = better(gap, taken)
    }
    if (free !== undefined) return { next: free.begin, end: free.end }
    return taken && { next: (taken.begin + taken.end) >>> 1, end: taken.end }
  }

  /** The gaps from a random place on, in what is missing and the peer has. */
  #gaps(asked: PickerPeer, accepts: (index: number) => boolean): Gap[] {
    const { have, idle } = this.#pool
    const piecesMax = this.#piecesMax
    const others = this.#runsBeside(asked)
    const gaps: Gap[] = []
    const start = Math.floor(this.#random() * have.size)
    let looksLeft = looksMax
    for (const [from, to] of [[start, have.size] as const, [0, start] as const]) {
      let gap: Gap | undefined
      let index = asked.pieces.nextMissingFrom(have, from)
      for (; index !== -1 && index < to; index = asked.pieces.nextMissingFrom(have, index + 1)) {
        if (--looksLeft < 0) return gaps
        if (!accepts(index)) continue
        const isTaken = others.some(({ next, end }) => index >= next && index < end)
        if (gap?.end !== index || gap.isTaken !== isTaken || index - gap.begin === piecesMax) {
          gap = { begin: index, end: index, unheld: 0, isTaken }
          gaps.push(gap)
        }
        gap.end++
        if (idle.of(index) === 0) gap.unheld++
      }
    }
    return gaps
  }

  /** Pieces of a run. */
  get #piecesMax(): number {
    return Math.ceil(runBytesMax / this.#pool.layout.pieceLength)
  }

  #runsBeside(asked: PickerPeer): Run[] {
    const runs: Run[] = []
    for (const other of this.#peers.values()) if (other !== asked && other.run !== undefined) runs.push(other.run)
    return runs
  }
}

function better(one: Gap, other: Gap | undefined): Gap {
  if (other === undefined) return one
  if (one.unheld !== other.unheld) return one.unheld > other.unheld ? one : other
  return one.end - one.begin > other.end - other.begin ? one : other
}
