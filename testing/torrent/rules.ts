import type { InspectionEvent } from 'xstate'
import { isEnding } from '../../machines/peer/peer-view.ts'
import type { PeerEvent, PeerView } from '../../machines/peer/vocabulary/events.ts'
import type { TransportCommand } from '../../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../../machines/piece-set.ts'
import { newcomersOf } from '../../machines/torrent/connections/newcomers.ts'
import type { Core } from '../../machines/torrent/core/core.ts'
import type { CoreEvent } from '../../machines/torrent/vocabulary/news.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { Rule } from '../model/watch.ts'

/** What holds of every step of a torrent that runs, with its core and its peers, by name, each with where it is from. */
export const torrentRules: Readonly<Record<string, Rule>> = {
  'a piece is announced only after it is on disk': {
    source: 'BEP 3, design',
    begin() {
      const written = new WeakMap<object, PieceSet>()
      return (seen) => {
        noteWritten(written, seen)
        const from = peerThatSends(seen)
        const core = from && coreAt(from.context.owner)
        if (!from || !core) return undefined
        const there = written.get(from.context.owner as object) ?? PieceSet.none(core.layout.pieceCount)
        const missing = announced(from.command, core.layout.pieceCount).find((index) => !there.has(index))
        return missing === undefined ? undefined : `piece ${missing}, by ${from.command.type}`
      }
    },
  },
  'no piece that was verified is lost': {
    source: 'design',
    begin() {
      const verified = new WeakMap<object, PieceSet>()
      return (seen) => {
        const core = coreThatTook(seen)
        if (!core) return undefined
        const before = verified.get(seen.actorRef) ?? core.have
        const event = eventOf(seen)
        // What a check shows stands: files that were changed have fewer pieces.
        const now = event?.type === 'storage.checked' ? core.have : withNews(before, event)
        verified.set(seen.actorRef, now)
        const lost = [...now.indexes()].find((index) => !core.have.has(index))
        return lost === undefined ? undefined : `piece ${lost}, after ${event?.type}`
      }
    },
  },
  'only what was verified is given': {
    source: 'BEP 3',
    begin() {
      const ever = new WeakMap<object, Set<number>>()
      return (seen) => {
        const event = seen.type === '@xstate.event' ? (seen.event as CoreEvent) : undefined
        const known = ever.get(seen.actorRef) ?? new Set()
        if (event?.type === 'storage.checked') for (const index of event.have.indexes()) known.add(index)
        if (event?.type === 'storage.verified') known.add(event.index)
        if (event?.type === 'storage.rechecked') for (const index of event.right) known.add(index)
        if (known.size > 0) ever.set(seen.actorRef, known)
        const from = peerThatSends(seen)
        if (from?.command.type !== 'send.piece') return undefined
        const given = ever.get(from.context.owner as object)
        const wrong = from.command.blocks.find(({ index }) => !given?.has(index))
        return wrong && `a block of piece ${wrong.index}`
      }
    },
  },
  'a request has one answer at most': {
    source: 'BEP 3, BEP 6',
    begin() {
      const open = new WeakMap<object, Map<string, number>>()
      const count = (peer: object, requests: readonly BlockRequest[], by: 1 | -1): string | undefined => {
        const requested = open.get(peer) ?? new Map<string, number>()
        open.set(peer, requested)
        for (const { index, begin } of requests) {
          const key = `${index}:${begin}`
          const left = (requested.get(key) ?? 0) + by
          requested.set(key, left)
          if (left < 0) return `the block at ${begin} of piece ${index}`
        }
        return undefined
      }
      return (seen) => {
        if (seen.type !== '@xstate.event') return undefined
        const event = seen.event as PeerEvent | TransportCommand
        if (event.type === 'wire.request') return count(seen.actorRef, event.requests, 1)
        if (!seen.sourceRef) return undefined
        if (event.type === 'send.reject_request') return count(seen.sourceRef, event.requests, -1)
        if (event.type !== 'send.piece') return undefined
        return count(
          seen.sourceRef,
          event.blocks.map(({ index, begin, data }) => ({ index, begin, length: data.length })),
          -1,
        )
      }
    },
  },
  'no block is asked of a peer that has not the piece': {
    source: 'BEP 3',
    begin: () => (seen) => {
      const from = peerThatSends(seen)
      if (from?.command.type !== 'send.request') return undefined
      const wrong = from.command.requests.find(({ index }) => !from.context.pieces.has(index))
      return wrong && `a block of piece ${wrong.index}`
    },
  },
  'no more peers have a place than there are places and newcomers': {
    source: 'design',
    begin: () => (seen) => {
      const core = coreThatTook(seen)
      const most = core && core.maxPeers + newcomersOf(core.maxPeers)
      return core && core.swarm.placed() > (most ?? 0) ? `${core.swarm.placed()} of ${most}` : undefined
    },
  },
  'a connection to an address that is banned ends at once': {
    source: 'Net::BitTorrent::Peer',
    begin: () => (seen) => {
      const core = coreThatTook(seen)
      if (!core || eventOf(seen)?.type !== 'blacklist.added') return undefined
      const staying = [...core.swarm.peers.values()].find(
        (record) =>
          core.blacklist.hasAddress(record.link.address) && record.ref && !isEnding(record) && !record.leavesAs,
      )
      return staying?.link.address.host
    },
  },
}

type Seen = InspectionEvent

const eventOf = (seen: Seen): CoreEvent | undefined => ('event' in seen ? (seen.event as CoreEvent) : undefined)

/** What a look at the core of a torrent shows; undefined for any other actor. */
function coreAt(ref: { getSnapshot(): unknown } | undefined): Readonly<Core> | undefined {
  const { context } = (ref?.getSnapshot() ?? {}) as { readonly context?: Readonly<Core> }
  return context && 'picker' in context ? context : undefined
}

/** The core of a torrent that has just taken an event. */
const coreThatTook = (seen: Seen): Readonly<Core> | undefined =>
  seen.type === '@xstate.snapshot' ? coreAt(seen.actorRef) : undefined

/** A peer that tells its transport something, and what. */
function peerThatSends(seen: Seen): { context: PeerView['context']; command: TransportCommand } | undefined {
  if (seen.type !== '@xstate.event' || !seen.event.type.startsWith('send.')) return undefined
  const view: PeerView | undefined = seen.sourceRef?.getSnapshot()
  return view && { context: view.context, command: seen.event as TransportCommand }
}

/** What is on disk by what the storage tells. */
function withNews(pieces: PieceSet, event: CoreEvent | undefined): PieceSet {
  switch (event?.type) {
    case 'storage.checked':
      return event.have
    case 'storage.verified':
      return pieces.with(event.index)
    case 'storage.rechecked':
      return event.wrong.reduce(
        (left, index) => left.without(index),
        event.right.reduce((more, index) => more.with(index), pieces),
      )
    case 'storage.lost':
      return [...event.pieces.indexes()].reduce((left, index) => left.without(index), pieces)
    default:
      return pieces
  }
}

function noteWritten(written: WeakMap<object, PieceSet>, seen: Seen): void {
  if (seen.type !== '@xstate.event' || !seen.event.type.startsWith('storage.')) return
  const core = coreAt(seen.actorRef)
  if (core) written.set(seen.actorRef, withNews(written.get(seen.actorRef) ?? core.have, seen.event as CoreEvent))
}

/** The pieces that a message says we have. */
function announced(command: TransportCommand, pieceCount: number): readonly number[] {
  switch (command.type) {
    case 'send.have':
    case 'send.known_have':
      return [command.index]
    case 'send.haves':
      return [...command.pieces.indexes()]
    case 'send.bitfield':
      return [...(PieceSet.fromBits(command.bits, pieceCount) ?? PieceSet.all(pieceCount)).indexes()]
    case 'send.have_all':
      return [...PieceSet.all(pieceCount).indexes()]
    default:
      return []
  }
}
