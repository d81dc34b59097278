import { createHash } from 'node:crypto'
import type { ExtensionHost, ExtensionNews, ExtensionPeer } from '../../machines/extensions/extension.ts'
import { MetadataDownload } from '../../machines/extensions/metadata-download.ts'
import type { Clock } from '../../transport/clock.ts'
import type { MetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'

/** What has become of metadata that came and was verified. */
export type ReceivedMetadata = Extract<ExtensionNews, { type: 'metadata.ready' }>

/** What a `MetadataFetcher` is made from. */
export interface MetadataFetcherOptions {
  readonly host: ExtensionHost<MetadataMessage>
  readonly clock: Pick<Clock, 'now'>
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /**
   * Makes something of the bytes, whose hash is right. When it rejects, the torrent fails with that error; started again it
   * tries again, with the same bytes.
   */
  readonly receive: (metadata: Uint8Array) => Promise<ReceivedMetadata>
  /** Looks for the bytes that an earlier run has kept; called once, when the torrent is active. They are checked. Never rejects. */
  readonly recall?: () => Promise<Uint8Array | undefined>
  /** Shared with the fetcher before this one, whose extension had to be started anew: what was verified is not fetched again. */
  readonly shared: SharedProgress
}

/** How far the metadata of a torrent has come, whoever fetches it. */
export interface SharedProgress {
  progress: MetadataProgress
}

/** How far it has come. */
export type MetadataProgress =
  /** Peers are asked. */
  | { readonly step: 'fetching' }
  /** The hash is right, and nothing could be made of the bytes yet: that is tried with the next tick. */
  | { readonly step: 'verified'; readonly metadata: Uint8Array }
  /** Something is being made of the bytes. */
  | { readonly step: 'opening'; readonly metadata: Uint8Array }
  /** The bytes are those of a torrent that runs. */
  | { readonly step: 'opened'; readonly metadata: Uint8Array }

/**
 * Fetches the info dictionary of a magnet link (BEP 9) from all peers that offer it (see `MetadataDownload`). A peer that breaks the rules
 * of that is closed, and one that gave wrong bytes pays for it.
 */
export class MetadataFetcher {
  readonly #host: MetadataFetcherOptions['host']
  readonly #clock: MetadataFetcherOptions['clock']
  readonly #infoHash: Uint8Array
  readonly #receive: MetadataFetcherOptions['receive']
  #recall: MetadataFetcherOptions['recall']
  readonly #download = new MetadataDownload()
  readonly #peers = new Map<number, ExtensionPeer>()
  readonly #shared: SharedProgress

  constructor({ host, clock, infoHash, receive, recall, shared }: MetadataFetcherOptions) {
    this.#host = host
    this.#clock = clock
    this.#infoHash = infoHash
    this.#receive = receive
    this.#recall = recall
    this.#shared = shared
  }

  get #progress(): MetadataProgress {
    return this.#shared.progress
  }

  set #progress(progress) {
    this.#shared.progress = progress
  }

  /** The bytes, as soon as the torrent knows what they mean: whether it is private, above all. */
  get metadata(): Uint8Array | undefined {
    return this.#progress.step === 'opened' ? this.#progress.metadata : undefined
  }

  /** An extended handshake came. A peer that takes no messages of ours any more still owes what it was asked for. */
  greeted(peer: ExtensionPeer): void {
    this.#peers.set(peer.peer, peer)
    const size = peer.greeting?.metadataSize
    if (!peer.speaks) this.#download.withdrew(peer.peer)
    else if (size !== undefined) this.#download.offer(peer.peer, size)
    this.#goOn()
  }

  /** A peer answered a request, or none. */
  answered(peer: ExtensionPeer, answer: Exclude<MetadataMessage, { type: 'request' }>): void {
    if (answer.type === 'reject') this.#download.reject(peer.peer, answer.piece, this.#clock.now())
    else {
      const fault = this.#download.data({ peer: peer.peer, ...answer, at: this.#clock.now() })
      if (fault) this.#host.fault(peer, fault)
    }
    this.#goOn()
  }

  closed({ peer }: ExtensionPeer): void {
    this.#peers.delete(peer)
    this.#download.left(peer)
    this.#goOn()
  }

  /** A second is over. */
  tick(): void {
    if (this.#progress.step === 'verified') this.#open(this.#progress.metadata)
    this.#recall?.().then((kept) => {
      if (kept && this.#progress.step === 'fetching' && this.#isRight(kept)) this.#open(kept)
    })
    this.#recall = undefined
    this.#goOn()
  }

  /** Takes in what is whole, and asks for what is missing. */
  #goOn(): void {
    if (this.#progress.step !== 'fetching') return
    if (this.#download.complete) this.#judge(this.#download.complete.bytes)
    for (const { peer, piece } of this.#download.next(this.#clock.now())) {
      const known = this.#peers.get(peer)
      if (known) this.#host.send(known, { type: 'request', piece })
    }
  }

  #judge(bytes: Uint8Array): void {
    const isRight = this.#isRight(bytes)
    const { culprits } = isRight ? this.#download.verified() : this.#download.corrupt()
    if (culprits.length > 0) this.#host.tell({ type: 'metadata.corrupt', culprits })
    if (isRight) this.#open(bytes)
  }

  #isRight(bytes: Uint8Array): boolean {
    return Buffer.compare(createHash('sha1').update(bytes).digest(), this.#infoHash) === 0
  }

  #open(metadata: Uint8Array): void {
    this.#progress = { step: 'opening', metadata }
    this.#receive(metadata).then(
      (news) => {
        this.#progress = { step: 'opened', metadata }
        this.#host.tell(news)
      },
      (error: unknown) => {
        this.#progress = { step: 'verified', metadata }
        this.#host.tell({ type: 'metadata.failed', error: error instanceof Error ? error : new Error(String(error)) })
      },
    )
  }
}
