import { createHash } from 'node:crypto'
import { createPeer, type Peer, type PeerOptions } from '../actors/peer.ts'
import { Layout } from '../machines/layout.ts'
import type { CloseReason } from '../machines/peer/vocabulary/close-reason.ts'
import type { PeerNews } from '../machines/peer/vocabulary/events.ts'
import { type MemoryLinkOptions, memoryPair } from '../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../transport/random.ts'
import { SimulatedClock } from '../transport/simulated-clock.ts'
import type { Block, BlockRequest } from '../transport/wire/messages.ts'

/** The torrent both sides speak of: ten pieces of two blocks, the last piece one short block. */
export const torrent = { pieceLength: 32_768, length: 9 * 32_768 + 10_000, infoHash: new Uint8Array(20).fill(0xaa) }
export const layout = new Layout(torrent)
export const everything = Uint8Array.of(0xff, 0xc0)

/** What the torrent holds at a place: each block differs from every other. */
export const contentOf = ({ index, begin, length }: BlockRequest): Block => ({
  index,
  begin,
  data: new Uint8Array(length).fill(index * 2 + begin / 16_384 + 1),
})

/** Blocks as short strings that differ where the blocks do: quicker to compare than bytes, and readable when they differ. */
export const printed = (blocks: readonly Block[]): string[] =>
  blocks.map(({ index, begin, data }) => `${index}/${begin} ${createHash('sha1').update(data).digest('hex')}`)

/** One side of a pair, and what it has been told. Payloads are copied: the record may be looked at later. */
export interface Side {
  readonly peer: Peer
  readonly news: PeerNews[]
  /** Blocks that came, in order. */
  readonly blocks: Block[]
  readonly closeReason: CloseReason | undefined
}

/** Two peers joined by a link, in virtual time. */
export interface Pair {
  readonly clock: SimulatedClock
  readonly dialler: Side
  readonly accepter: Side
  /** Lets so much time pass that what is under way arrives. Default 2 s. */
  settle(ms?: number): void
}

/** What may differ from a plain pair. */
export interface PairOptions {
  readonly link?: Partial<Omit<MemoryLinkOptions, 'clock' | 'random'>>
  readonly seed?: number
  readonly dialler?: Partial<PeerOptions>
  readonly accepter?: Partial<PeerOptions>
  /** How long the storage of either side takes to read. Default: no time. */
  readonly readMs?: () => number
}

/** Makes both peers; they have not met before time passes. The pair plays the storage: it answers every `peer.requests`. */
export function createPair({ link, seed = 1, dialler = {}, accepter = {}, readMs }: PairOptions = {}): Pair {
  const clock = new SimulatedClock()
  const random = seededRandom(seed)
  const [outgoing, incoming] = memoryPair({ clock, random, ...link })
  const common = { ...torrent, clock, random, randomBytes: randomBytesFrom(random) }
  return {
    clock,
    dialler: sideOf(createPeer({ ...common, to: outgoing, ...dialler }), clock, readMs),
    accepter: sideOf(createPeer({ ...common, to: incoming, ...accepter }), clock, readMs),
    settle: (ms = 2000) => clock.advance(ms),
  }
}

/** Follows a peer and serves what it is asked for. */
export function sideOf(peer: Peer, clock: SimulatedClock, readMs?: () => number): Side {
  const news: PeerNews[] = []
  const blocks: Block[] = []
  peer.actor.on('*', (told) => {
    if (told.type === 'peer.blocks')
      blocks.push(...told.blocks.map((block) => ({ ...block, data: block.data.slice() })))
    news.push(told)
  })
  peer.on('peer.requests', ({ requests }) => {
    const answer = () => peer.actor.send({ type: 'torrent.piece', blocks: requests.map(contentOf) })
    if (readMs) clock.setTimeout(answer, readMs())
    else answer()
  })
  return {
    peer,
    news,
    blocks,
    get closeReason() {
      return peer.actor.getSnapshot().context.closeReason
    },
  }
}
