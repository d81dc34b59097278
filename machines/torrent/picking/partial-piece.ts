const isFree = 0
const isRequested = 1
const isReceived = 2
const nobody: readonly number[] = []

/** Stands where a block came from no peer of this run. */
const earlierRun = -1

/** Since when a peer waits for the owner of a piece, in milliseconds, and how many blocks had come by then. */
interface Awaited {
  readonly since: number
  readonly received: number
}

/** What is shown of a piece in progress. */
export interface PartialSummary {
  readonly index: number
  /** Blocks of the piece, and how many of them are on their way and here. */
  readonly blocks: number
  readonly requested: number
  readonly received: number
  /** The one peer it is fetched from, while it is exclusive. */
  readonly owner?: number
}

/** A piece in progress, as it is shown. */
export const summaryOf = ({ index, blocks, requested, received, owner }: PartialPiece): PartialSummary => ({
  index,
  blocks,
  requested,
  received,
  ...(owner === undefined ? {} : { owner }),
})

/** A piece in progress: which of its blocks are free, asked of which peers, or received from which. */
export class PartialPiece {
  readonly index: number
  /** Blocks of the piece. */
  readonly blocks: number
  #owner: number | undefined
  readonly #states: Uint8Array
  /** Per block the peer that was asked first, then the peer that delivered. */
  readonly #peers: Int32Array
  /** Per block the further peers asked. Endgame only. */
  #duplicates: Map<number, number[]> | undefined
  /** No block below this one is free. */
  #firstFree = 0
  #free: number
  #received = 0
  #awaited: Awaited | undefined

  constructor(index: number, blocks: number, owner: number | undefined) {
    this.index = index
    this.blocks = blocks
    this.#owner = owner
    this.#states = new Uint8Array(blocks)
    this.#peers = new Int32Array(blocks)
    this.#free = blocks
  }

  /** The one peer that may deliver it; undefined when any peer may. */
  get owner(): number | undefined {
    return this.#owner
  }

  /** Any peer may deliver it from now on. */
  share(): void {
    this.#owner = undefined
  }

  /** Since when a peer that could deliver it waits for its owner; from `at` on if none did before. */
  await(at: number): Awaited {
    this.#awaited ??= { since: at, received: this.#received }
    return this.#awaited
  }

  /** Blocks neither asked for nor received. */
  get free(): number {
    return this.#free
  }

  /** Blocks asked for and not received. */
  get requested(): number {
    return this.blocks - this.#free - this.#received
  }

  get received(): number {
    return this.#received
  }

  get isComplete(): boolean {
    return this.#received === this.blocks
  }

  /** The numbers of the blocks that have come. */
  get blocksHere(): number[] {
    return Array.from(this.#states.keys()).filter((block) => this.hasReceived(block))
  }

  hasReceived(block: number): boolean {
    return this.#states[block] === isReceived
  }

  /** The lowest free block from `from` on, or -1. */
  nextFree(from: number): number {
    for (let block = Math.max(from, this.#firstFree); block < this.blocks; block++) {
      if (this.#states[block] !== isFree) continue
      if (from <= this.#firstFree) this.#firstFree = block
      return block
    }
    return -1
  }

  /** Marks a free block asked of `peer`. */
  request(block: number, peer: number): void {
    this.#states[block] = isRequested
    this.#peers[block] = peer
    this.#free--
  }

  /** Marks a requested block asked of `peer` too. */
  requestAgain(block: number, peer: number): void {
    this.#duplicates ??= new Map()
    const others = this.#duplicates.get(block)
    if (others === undefined) this.#duplicates.set(block, [peer])
    else others.push(peer)
  }

  /** How many peers are asked for a block. */
  requesters(block: number): number {
    if (this.#states[block] !== isRequested) return 0
    return 1 + (this.#duplicates?.get(block)?.length ?? 0)
  }

  /** Those peers. */
  requestersOf(block: number): readonly number[] {
    if (this.#states[block] !== isRequested) return nobody
    return [this.#peers[block] as number, ...(this.#duplicates?.get(block) ?? nobody)]
  }

  isRequestedFrom(block: number, peer: number): boolean {
    if (this.#states[block] !== isRequested) return false
    return this.#peers[block] === peer || this.#duplicates?.get(block)?.includes(peer) === true
  }

  /** Takes back that `peer` is asked; the block is free when no other peer is. */
  release(block: number, peer: number): void {
    if (!this.isRequestedFrom(block, peer)) return
    const others = this.#duplicates?.get(block)
    if (others !== undefined && others.length > 0) {
      if (this.#peers[block] === peer) this.#peers[block] = others.shift() as number
      else others.splice(others.indexOf(peer), 1)
      return
    }
    this.#states[block] = isFree
    this.#free++
    if (block < this.#firstFree) this.#firstFree = block
  }

  /** Marks a block delivered by `peer`; answers the other peers that were asked for it, and no longer are. */
  receive(block: number, peer: number): readonly number[] {
    let others = nobody
    if (this.#states[block] === isFree) this.#free--
    else if (this.#duplicates?.has(block) || this.#peers[block] !== peer) {
      others = [this.#peers[block] as number, ...(this.#duplicates?.get(block) ?? nobody)].filter((one) => one !== peer)
      this.#duplicates?.delete(block)
    }
    this.#states[block] = isReceived
    this.#peers[block] = peer
    this.#received++
    return others
  }

  /** Marks a free block as here from an earlier run: no peer delivered it. */
  restore(block: number): void {
    this.#states[block] = isReceived
    this.#peers[block] = earlierRun
    this.#free--
    this.#received++
  }

  /** Per block the peer that delivered it, undefined where none did yet, or none of this run. */
  contributors(): (number | undefined)[] {
    return Array.from(this.#peers, (peer, block) =>
      this.#states[block] === isReceived && peer !== earlierRun ? peer : undefined,
    )
  }
}
