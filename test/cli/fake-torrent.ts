import type { TorrentHandle } from '../../cli/context/api.ts'
import type { Explanation } from '../../machines/explain/reasons.ts'
import type { PeerSummary, TorrentEmitted, TorrentProgress } from '../../machines/torrent/vocabulary/emitted.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Address } from '../../transport/transport.ts'

type Listener = (event: TorrentEmitted) => void

/** A torrent that does nothing but what a test makes it say; records what it is told. */
export class FakeTorrent implements TorrentHandle {
  readonly dialled: Address[] = []
  readonly started: Promise<void>
  peers: readonly PeerSummary[] = []
  progress: TorrentProgress = {
    pieces: 0,
    total: 4,
    downloaded: 0,
    downloadedFromWebSeeds: 0,
    uploaded: 0,
    downloadedEver: 0,
    uploadedEver: 0,
    wasted: 0,
    corrupt: 0,
    rateDown: 0,
    rateUp: 0,
    peers: 0,
    webSeeds: 0,
  }
  metainfo: Metainfo | undefined
  files: TorrentHandle['files'] = []
  explanation: Explanation = { download: [], upload: [] }
  stopped = 0
  /** Runs in `start`. */
  onStart: () => void = () => {}
  #begin: () => void = () => {}
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor() {
    this.started = new Promise((resolve) => {
      this.#begin = resolve
    })
  }

  start(): void {
    this.onStart()
    this.#begin()
  }

  async stop(): Promise<void> {
    this.stopped++
  }

  explain(): Explanation {
    return this.explanation
  }

  addPeer(address: Address): void {
    this.dialled.push(address)
  }

  on<T extends TorrentEmitted['type']>(type: T, listener: (event: Extract<TorrentEmitted, { type: T }>) => void) {
    const isOurs = (event: TorrentEmitted): event is Extract<TorrentEmitted, { type: T }> => event.type === type
    const entry: Listener = (event) => {
      if (isOurs(event)) listener(event)
    }
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(entry))
    return { unsubscribe: () => void listeners.delete(entry) }
  }

  emit(event: TorrentEmitted): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event)
  }
}

/** An open, encrypted peer; `change` says what else it is. */
export function peerSummary(change: Partial<PeerSummary> = {}): PeerSummary {
  return {
    address: { host: '127.0.0.1', port: 7001 },
    direction: 'out',
    transport: 'tcp',
    state: 'open',
    encrypted: true,
    client: 'qBittorrent 4.6.5',
    peerId: 'ab'.repeat(20),
    amChoking: true,
    amInterested: true,
    peerChoking: false,
    peerInterested: false,
    pieces: 4,
    rateDown: 1000,
    rateUp: 0,
    downloaded: 65536,
    uploaded: 0,
    reputation: 101,
    blocksInflight: 3,
    ...change,
  }
}
