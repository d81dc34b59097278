import type { ExtensionHost, ExtensionPeer } from '../../machines/extensions/extension.ts'
import { type MetadataLink, MetadataServing, type MetadataWish } from '../../machines/extensions/metadata-serving.ts'
import { isCongested } from '../../machines/peer/selectors.ts'
import type { Clock } from '../../transport/clock.ts'
import {
  metadataPieceBytes,
  metadataPieceCount,
  metadataPieceLength,
} from '../../transport/wire/extended/metadata-pieces.ts'
import type { MetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'

/** What a `MetadataServer` is made from. */
export interface MetadataServerOptions {
  readonly host: Pick<ExtensionHost<MetadataMessage>, 'send' | 'fault'>
  readonly clock: Pick<Clock, 'now'>
  /** What there is to serve at this moment; once there, it stays. */
  readonly metadata: () => Uint8Array | undefined
}

/**
 * Gives the info dictionary to the peers that ask for it (BEP 9), so much and so fast as `MetadataServing` says. While there is none, or
 * beyond that, a request is rejected, and a peer that still goes on is closed as `metadata_flood`.
 */
export class MetadataServer {
  readonly #host: MetadataServerOptions['host']
  readonly #clock: MetadataServerOptions['clock']
  readonly #metadata: MetadataServerOptions['metadata']
  readonly #serving = new MetadataServing()
  readonly #askers = new Map<number, ExtensionPeer>()

  constructor({ host, clock, metadata }: MetadataServerOptions) {
    this.#host = host
    this.#clock = clock
    this.#metadata = metadata
  }

  /** A peer asks for a piece, which may be any number. */
  requested(asker: ExtensionPeer, piece: number): void {
    const { peer, address } = asker
    this.#askers.set(peer, asker)
    const metadata = this.#metadata()
    const pieceCount = metadata ? metadataPieceCount(metadata.length) : 0
    const link = () => linkOf(asker)
    const answer = this.#serving.answer({ peer, address, link, piece, pieceCount, at: this.#clock.now() })
    if (answer === 'metadata_flood') this.#host.fault(asker, answer)
    if (answer === 'reject') this.#host.send(asker, { type: 'reject', piece })
    if (answer === 'give') this.#give({ peer, piece })
  }

  closed({ peer }: ExtensionPeer): void {
    this.#askers.delete(peer)
    this.#serving.left(peer)
  }

  /** A second is over. */
  tick(): void {
    for (const wish of this.#serving.tick()) this.#give(wish)
  }

  #give({ peer, piece }: MetadataWish): void {
    const asker = this.#askers.get(peer)
    const metadata = this.#metadata()
    if (!asker || !metadata) return
    const begin = piece * metadataPieceBytes
    const data = metadata.subarray(begin, begin + metadataPieceLength(metadata.length, piece))
    this.#host.send(asker, { type: 'data', piece, totalSize: metadata.length, data })
  }
}

function linkOf({ ref }: ExtensionPeer): MetadataLink {
  const view = ref.getSnapshot()
  return { isCongested: isCongested(view), limit: view.context.rateLimits.up }
}
