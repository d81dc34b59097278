import { hostKey } from '../../../transport/address.ts'
import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes, type Layout } from '../../layout.ts'
import { lengthOf } from '../../peer/vocabulary/ledger.ts'

/** Hosts remembered, as many as of metadata; the one that was given a block longest ago goes first. */
export const fastHostsMax = 2_000

/**
 * What hosts were given of pieces while we choked them (BEP 6): each block once, for the life of the torrent, whichever of its
 * connections asks. So by connecting again no peer gets more than the pieces of its set. Where a host has several peers, as behind a
 * router or on loopback, they share it: what they lose is a bonus. A host's memory is a bit a block, of the few pieces it is allowed.
 *
 * libtorrent counts for a connection alone, three times what it allows: a peer that connects again is given it again.
 */
export class FastAllowances {
  /** By `hostKey`, in the order they were last given a block; the bits of blocks by piece. */
  readonly #hosts = new Map<string, Map<number, Uint8Array>>()

  /** Whether the host may be given the block: it touches none that it was given. */
  isLeft(host: string, block: Block | BlockRequest): boolean {
    const given = this.#hosts.get(hostKey(host))?.get(block.index)
    return given === undefined || slotsOf(block).every((slot) => !hasBit(given, slot))
  }

  /** Whether there is a block of the piece that the host may be given. */
  isPieceLeft(host: string, index: number, layout: Layout): boolean {
    const given = this.#hosts.get(hostKey(host))?.get(index)
    if (given === undefined) return true
    for (let slot = layout.blocksIn(index) - 1; slot >= 0; slot--) if (!hasBit(given, slot)) return true
    return false
  }

  /** The block is given, once; false when it may not be. */
  take(host: string, block: Block, { blocksPerPiece }: Layout): boolean {
    if (!this.isLeft(host, block)) return false
    const pieces = this.#touch(hostKey(host))
    const given = pieces.get(block.index) ?? new Uint8Array(Math.ceil(blocksPerPiece / 8))
    pieces.set(block.index, given)
    for (const slot of slotsOf(block)) given[slot >>> 3] = (given[slot >>> 3] as number) | (0x80 >>> (slot & 7))
    return true
  }

  #touch(key: string): Map<number, Uint8Array> {
    const pieces = this.#hosts.get(key) ?? new Map<number, Uint8Array>()
    this.#hosts.delete(key)
    this.#hosts.set(key, pieces)
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= fastHostsMax) break
      this.#hosts.delete(oldest)
    }
    return pieces
  }
}

/** The blocks of 16 KiB that one touches which may begin anywhere: two at most. */
function slotsOf(block: Block | BlockRequest): readonly number[] {
  const first = Math.floor(block.begin / blockBytes)
  const last = Math.floor((block.begin + lengthOf(block) - 1) / blockBytes)
  return first === last ? [first] : [first, last]
}

const hasBit = (bits: Uint8Array, at: number): boolean => ((bits[at >>> 3] ?? 0) & (0x80 >>> (at & 7))) !== 0
