import { createActor, fromCallback, initialTransition, type SnapshotFrom, transition } from 'xstate'
import { Layout } from '../../../machines/layout.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { PeerInput } from '../../../machines/peer/vocabulary/context.ts'
import type { PeerEvent, PeerNews, PeerView, Tick, TorrentRef } from '../../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'

/** Ten pieces of two blocks each; the last piece is one short block. */
export const layout = new Layout({ pieceLength: 32_768, length: 9 * 32_768 + 10_000 })
export const infoHash = 'aa'.repeat(20)
export const ourPeerId = '11'.repeat(20)
export const theirPeerId = '22'.repeat(20)

/** The `count` first blocks of the torrent, as requests. */
export const someBlocks = (count: number): BlockRequest[] =>
  Array.from({ length: count }, (_, i) => layout.blockAt(Math.floor(i / 2), i % 2))

/** What answers requests. */
export const answersTo = (requests: readonly BlockRequest[]): Block[] =>
  requests.map(({ index, begin, length }) => ({ index, begin, data: new Uint8Array(length).fill(index + 1) }))

/** What the machine wants done, in order, by the receiver. */
export interface Effects {
  /** To the transport: `send.` and `link.`. */
  readonly sent: TransportCommand[]
  /** To the torrent. */
  readonly told: PeerNews[]
  /** To whoever listens with `peer.on`. */
  readonly emitted: PeerNews[]
  /** Events the machine gives itself later, with the delay; and timers it cancels, by name. */
  readonly started: { readonly type: string; readonly delayMs: number }[]
  readonly cancelled: string[]
}

interface ActionParams {
  readonly to?: unknown
  readonly event?: unknown
  readonly delay?: number
  readonly sendId?: string
}

const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })

/** The peer machine walked by hand, one event at a time, nothing around it: what it wants done is collected, not done. */
export class Drive {
  /** Stands in for the torrent. */
  readonly torrent: TorrentRef = createActor(fromCallback<PeerNews>(() => undefined))
  /** What the machine wanted done when it was made. */
  readonly first: Effects
  #snapshot: SnapshotFrom<typeof machine>

  /** An outgoing peer with a torrent, in plaintext, unless `input` says otherwise. */
  constructor(input: Partial<PeerInput> & { readonly standsAlone?: boolean; readonly knowsLayout?: boolean } = {}) {
    const { standsAlone = false, knowsLayout = true, ...given } = input
    const [snapshot, actions] = initialTransition(machine, {
      peer: 7,
      link: { address: { host: '10.0.0.2', port: 6881 }, direction: 'out', kind: 'memory' },
      at: 0,
      infoHash,
      ...(knowsLayout && { layout }),
      peerId: ourPeerId,
      encryption: 'none',
      ...(!standsAlone && { owner: this.torrent }),
      ...given,
    })
    this.#snapshot = snapshot
    this.first = collect(actions)
  }

  get snapshot(): SnapshotFrom<typeof machine> {
    return this.#snapshot
  }

  get value(): PeerView['value'] {
    return this.#snapshot.value
  }

  get context(): PeerView['context'] {
    return this.#snapshot.context
  }

  /** Lets events happen, one after the other. */
  take(...events: readonly PeerEvent[]): Effects {
    const actions = events.flatMap((event) => {
      const [snapshot, wanted] = transition(machine, this.#snapshot, event)
      this.#snapshot = snapshot
      return wanted
    })
    return collect(actions)
  }
}

/** An incoming peer; `known` says whether it belongs to a torrent from the start. */
export function incoming({ known }: { readonly known: boolean }): Drive {
  const link = { address: { host: '10.0.0.2', port: 50_000 }, direction: 'in', kind: 'memory' } as const
  return new Drive(known ? { link } : { link, infoHash: '', knowsLayout: false })
}

/** What an open peer is like. */
export interface OpenOptions {
  /** What the remote supports. Default: everything we do. */
  readonly features?: Partial<Features>
  /** What we announce. Default: nothing. */
  readonly have?: PieceSet
  /** Pieces it may ask for while we choke it. Default: none. */
  readonly allowFast?: readonly number[]
  readonly greeting?: ExtendedHandshake
  /** Default: the ten pieces above. */
  readonly layout?: Layout
}

/** The events that lead an outgoing peer from the dial to `open`. */
export const opening = ({ features = {}, have, allowFast, layout: own = layout }: OpenOptions = {}): PeerEvent[] => [
  { type: 'transport.opened' },
  { type: 'wire.info_hash', infoHash, features: { extended: true, fast: true, dht: false, ...features } },
  { type: 'wire.peer_id', peerId: theirPeerId },
  { type: 'torrent.admit', have: have ?? PieceSet.none(own.pieceCount), ...(allowFast && { allowFast }) },
]

/** A peer whose handshakes are done. Both sides choke and neither is interested. */
export function openPeer(options: OpenOptions = {}): Drive {
  const { greeting } = options
  const peer = new Drive({ layout: options.layout ?? layout, ...(greeting && { greeting }) })
  peer.take(...opening(options))
  return peer
}

/** An open peer of a magnet link: how its torrent divides is not known yet (BEP 9). */
export function magnetPeer({ features = {} }: Pick<OpenOptions, 'features'> = {}): Drive {
  const peer = new Drive({ knowsLayout: false })
  peer.take(...opening({ features }).slice(0, -1), { type: 'torrent.admit' })
  return peer
}

/** A peer that lets us request, with `requests` of ours outstanding since time 0. */
export function requestingPeer(requests: readonly BlockRequest[], options: OpenOptions = {}): Drive {
  const peer = openPeer(options)
  peer.take({ type: 'wire.unchoke' }, { type: 'torrent.request', requests, at: 0 })
  return peer
}

/** A peer that may request from us. */
export function servingPeer(options: OpenOptions = {}): Drive {
  const peer = openPeer(options)
  peer.take({ type: 'wire.interested' }, { type: 'torrent.unchoke' })
  return peer
}

/** A second without a message either way, `at` milliseconds from the start; or with part of the block `underWay`. */
export const tick = (
  at: number,
  { silentInMs = 0, silentOutMs = 0, underWay, wokeAt }: Partial<Omit<Tick, 'type' | 'at'>> = {},
): Tick => ({
  type: 'timer.tick',
  at,
  silentInMs,
  silentOutMs,
  underWay,
  wokeAt,
})

function collect(actions: readonly { readonly type: string; readonly params: unknown }[]): Effects {
  const effects: Effects = { sent: [], told: [], emitted: [], started: [], cancelled: [] }
  for (const { type, params } of actions) {
    const { to, event, delay, sendId } = params as ActionParams
    if (type === 'xstate.emit') effects.emitted.push(event as PeerNews)
    else if (type === 'xstate.cancel') effects.cancelled.push(sendId as string)
    else if (type === 'xstate.raise' && delay !== undefined) {
      effects.started.push({ type: (event as PeerEvent).type, delayMs: delay })
    } else if (type === 'xstate.sendTo') {
      if ((to as { id: string }).id === 'transport') effects.sent.push(event as TransportCommand)
      else effects.told.push(event as PeerNews)
    }
  }
  return effects
}
