import { assign, cancel, enqueueActions, fromCallback, raise, sendTo, setup } from 'xstate'
import { isSameHost } from '../../transport/address.ts'
import type { Address, Connection } from '../../transport/transport.ts'
import type { Block, BlockRequest } from '../../transport/wire/messages.ts'
import type { EncryptionPolicy } from '../peer/context.ts'
import type { Link, PeerNews, PeerRef } from '../peer/events.ts'
import { PieceSet } from '../piece-set.ts'
import { chokeRoundMs } from './choke-round.ts'
import { runChokeRound, unchokeIfFree } from './choking.ts'
import type { TorrentContext, TorrentInput } from './context.ts'
import { feed, feedHungry, forgetRefusals, takeBack, takeBlocks } from './downloading.ts'
import type { TorrentEmitted } from './emitted.ts'
import type { GroupCommand, ListenerCommand, StorageCommand, TorrentEvent, TorrentInternal } from './events.ts'
import { interestInPiece, interestInPieces } from './interest.ts'
import { type Order, order } from './order.ts'
import { peerGroupMachine } from './peer-group.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { PiecePicker } from './piece-picker.ts'
import { releaseAddresses } from './redial.ts'
import { progressOf, summarize } from './summary.ts'
import type { PeerRecord } from './swarm.ts'
import { onCorrupt, onLeft, onVerified } from './verdicts.ts'

/** What the listener is made from: no address, no listening. */
export interface ListenerInput {
  readonly address: Address | undefined
}

const missing = (name: string): never => {
  throw new Error(`provide the actor "${name}": torrentMachine.provide({ actors: { ${name} } })`)
}

/** What acting on orders needs of XState's `enqueue`. */
interface Enqueue {
  sendTo(peer: PeerRef, command: Order['command']): void
  emit(event: TorrentEmitted): void
}

function giveOrders(enqueue: Enqueue, orders: readonly Order[]): void {
  for (const { to, command } of orders) enqueue.sendTo(to, command)
}

function emitPeer(enqueue: Enqueue, record: PeerRecord): void {
  const peer = summarize(record)
  if (peer) enqueue.emit({ type: 'peer', peer })
}

/** The news of one peer, with what the torrent keeps of it; nothing for a peer that is forgotten. */
const recordOf = (context: TorrentContext, peer: number): PeerRecord | undefined => context.work.swarm.peers.get(peer)

/**
 * Makes room for a peer; `command` spawns its actor in `group`. `encryption` is the torrent's policy, or `none` for a dial where
 * encryption was refused. One that is accepted learns its torrent by `torrent.adopt`.
 */
function placePeer(context: TorrentContext, link: Link, encryption: EncryptionPolicy, connection?: Connection) {
  const { memory, now, swarm } = context.work
  const reputation = memory.reputationOf(link.address)
  const { record, opensGroup } = swarm.add(link, reputation)
  const command: GroupCommand = {
    type: 'group.spawn',
    slot: String(record.slot),
    input: {
      peer: record.peer,
      link,
      at: now,
      peerId: context.peerId,
      encryption,
      greeting: context.greeting,
      reputation,
      owner: context.self,
      ...(connection ? { connection } : { infoHash: context.infoHash, layout: context.layout }),
    },
  }
  return { group: `group-${record.group}`, opensGroup, command }
}

/**
 * The vocabulary of the torrent chart: its types, guards and actions by name. The decisions are functions of their own beside
 * this file (downloading, interest, choking, verdicts); here their orders are given.
 */
export const torrentSetup = setup({
  types: {
    context: {} as TorrentContext,
    events: {} as TorrentEvent,
    input: {} as TorrentInput,
    emitted: {} as TorrentEmitted,
  },
  actors: {
    storage: fromCallback<StorageCommand>(() => missing('storage')),
    listener: fromCallback<ListenerCommand, ListenerInput>(() => missing('listener')),
    ticker: fromCallback<TorrentInternal>(() => missing('ticker')),
    group: peerGroupMachine,
  },
  guards: {
    hasAll: (_, { have }: { have: PieceSet }) => have.isAll,
    hasEverything: ({ context }) => context.have.isAll,
  },
  actions: {
    /** A storage actor whose own code threw is dead: another takes its place before it is asked again. */
    renewStorage: enqueueActions(({ context, enqueue }) => {
      if (context.storage.getSnapshot().status === 'active') return
      enqueue.stopChild('storage')
      enqueue.assign({ storage: ({ spawn }) => spawn('storage', { id: 'storage' }) })
    }),
    check: sendTo(({ context }) => context.storage, { type: 'storage.check' }),
    noteHave: assign(({ context }, { have }: { have: PieceSet }) => ({
      have,
      work: {
        ...context.work,
        picker: new PiecePicker({ layout: context.layout, have, random: context.random }),
        buffers: new PieceBuffers(context.layout),
        verifying: new Set<number>(),
        verifyingBytes: 0,
      },
    })),
    emitVerified: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'verified', pieces: context.have.count, total: context.have.size })
    }),
    /** Others learn from our extended handshakes where to reach us (BEP 10, `p`). */
    noteListening: assign(({ context }, { address }: { address: Address }) => ({
      greeting: { ...context.greeting, p: address.port },
    })),
    emitListening: enqueueActions(({ context, enqueue }, { address }: { address: Address }) => {
      enqueue.emit({ type: 'listening', transport: context.transport, address })
    }),
    emitDone: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'done', downloaded: context.work.downloaded })
    }),
    emitProgress: enqueueActions(({ context, enqueue }) => {
      enqueue.emit({ type: 'progress', ...progressOf(context) })
    }),
    noteError: assign((_, { error }: { error: Error }) => ({ error })),
    emitFailed: enqueueActions(({ context, enqueue }) => {
      if (context.error) enqueue.emit({ type: 'failed', error: context.error })
    }),

    // connections
    addAddress: ({ context }, { address }: { address: Address }) => context.work.addresses.add(address),
    dial: enqueueActions(({ context, enqueue }) => {
      const { addresses, blacklist, swarm, now } = context.work
      while (swarm.peers.size < context.maxPeers) {
        const next = addresses.next(now)
        if (!next) return
        const { address, plaintext } = next
        if (blacklist.hasAddress(address)) {
          addresses.remove(address)
          continue
        }
        const link = { address, direction: 'out', kind: context.transport } as const
        const place = placePeer(context, link, plaintext ? 'none' : context.encryption)
        if (place.opensGroup) enqueue.spawnChild('group', { id: place.group, input: { owner: context.self } })
        enqueue.sendTo(place.group, place.command)
      }
    }),
    accept: enqueueActions(({ context, enqueue }, { connection }: { connection: Connection }) => {
      const { addresses, blacklist, swarm } = context.work
      const address = connection.remote
      const { maxPeers } = context
      if (blacklist.hasAddress(address) || !swarm.hasPlaceFor(address, { maxPeers, waiting: addresses.waiting })) {
        enqueue.sendTo('listener', { type: 'listener.refuse', connection })
        return
      }
      const link = { address, direction: 'in', kind: connection.kind } as const
      const place = placePeer(context, link, context.encryption, connection)
      if (place.opensGroup) enqueue.spawnChild('group', { id: place.group, input: { owner: context.self } })
      enqueue.sendTo(place.group, place.command)
    }),
    /** A connection that was accepted while the torrent stopped listening. */
    turnAway: (_, { connection }: { connection: Connection }) => connection.destroy(),
    meet: enqueueActions(({ context, enqueue }, { peer, ref }: { peer: number; ref: PeerRef }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.ref = ref
      emitPeer(enqueue, record)
    }),
    adopt: enqueueActions(({ context, enqueue }, { peer, infoHash }: { peer: number; infoHash: string }) => {
      const record = recordOf(context, peer)
      if (!record) return
      const membership = { torrent: context.self, infoHash: context.infoHash, layout: context.layout }
      giveOrders(
        enqueue,
        order(
          record,
          infoHash === context.infoHash
            ? { type: 'torrent.adopt', membership }
            : { type: 'torrent.close', code: 'unknown_torrent' },
        ),
      )
    }),
    /**
     * Banned and doubled peers stop here. Of two connections with one host both ends keep the one that the greater peer id
     * dialled. A peer id can be borrowed, so a newcomer from another host never costs us the connection we have.
     */
    admit: enqueueActions(({ context, enqueue }, { peer, peerId }: { peer: number; peerId: string }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.peerId = peerId
      const { blacklist, swarm } = context.work
      if (blacklist.hasPeerId(peerId) || blacklist.hasAddress(record.link.address)) {
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'blacklisted' }))
        return
      }
      const twin = swarm.twinOf(record)
      if (twin) {
        const keptDirection = context.peerId > peerId ? 'out' : 'in'
        const newOneStays =
          isSameHost(record.link.address.host, twin.link.address.host) &&
          record.link.direction === keptDirection &&
          twin.link.direction !== keptDirection
        const loser = newOneStays ? twin : record
        giveOrders(enqueue, order(loser, { type: 'torrent.close', code: 'duplicate_connection' }))
        if (!newOneStays) return
      }
      giveOrders(enqueue, order(record, { type: 'torrent.admit', have: context.have }))
    }),
    welcome: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.state = 'open'
      context.work.picker.addPeer(peer, PieceSet.none(context.layout.pieceCount))
      emitPeer(enqueue, record)
    }),
    /** A peer is as good as gone: what it was asked for is free for others. */
    letGo: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record || record.state === 'closing') return
      record.state = 'closing'
      context.work.picker.removePeer(peer)
      context.work.hungry.delete(peer)
      giveOrders(enqueue, feedHungry(context))
    }),
    forget: enqueueActions(({ context, enqueue }, news: Extract<PeerNews, { type: 'peer.closed' }>) => {
      const { swarm } = context.work
      const record = recordOf(context, news.peer)
      if (!record) return
      emitPeer(enqueue, record)
      for (const one of onLeft(context, record, news.reputation)) enqueue.emit({ type: 'banned', ...one })
      releaseAddresses(context, record, news.reason)
      swarm.remove(record)
      enqueue.sendTo(`group-${record.group}`, { type: 'group.stop', slot: String(record.slot) })
      if (swarm.peers.size === 0) enqueue.raise({ type: 'torrent.emptied' })
    }),
    /** A peer's own code threw: it is stopped, its requests are free, the torrent goes on. */
    bury: enqueueActions(({ context, enqueue }, { peer, error }: { peer: number; error: unknown }) => {
      const { picker, hungry, swarm } = context.work
      const record = recordOf(context, peer)
      if (!record) return
      // XState leaves the children of an actor running when its own code throws.
      enqueue.emit({ type: 'crashed', address: record.link.address, error })
      const last = record.ref?.getSnapshot().context
      if (last) enqueue.sendTo(last.transport, { type: 'link.destroy' })
      for (const one of onLeft(context, record, last?.reputation ?? record.startReputation)) {
        enqueue.emit({ type: 'banned', ...one })
      }
      if (record.state !== 'closing') picker.removePeer(peer)
      hungry.delete(peer)
      releaseAddresses(context, record)
      swarm.remove(record)
      enqueue.sendTo(`group-${record.group}`, { type: 'group.stop', slot: String(record.slot) })
      giveOrders(enqueue, feedHungry(context))
      if (swarm.peers.size === 0) enqueue.raise({ type: 'torrent.emptied' })
    }),
    closePeers: enqueueActions(({ context, enqueue }) => {
      const { peers } = context.work.swarm
      for (const record of peers.values()) {
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'stopped' }))
      }
      if (peers.size === 0) enqueue.raise({ type: 'torrent.emptied' })
    }),
    /** Two peers that have everything have nothing to trade (libtorrent, transmission and others part as well). */
    closeSeeders: enqueueActions(({ context, enqueue }) => {
      for (const record of context.work.swarm.peers.values()) {
        if (record.ref?.getSnapshot().value.availability !== 'complete') continue
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'nothing_to_trade' }))
      }
    }),

    // download
    notePieces: enqueueActions(({ context, enqueue }, { peer, pieces }: { peer: number; pieces: PieceSet }) => {
      const record = recordOf(context, peer)
      if (record?.state !== 'open') return
      if (context.have.isAll && pieces.isAll) {
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'nothing_to_trade' }))
        return
      }
      context.work.picker.removePeer(peer)
      context.work.picker.addPeer(peer, pieces)
      giveOrders(enqueue, interestInPieces(context, record, pieces))
      giveOrders(enqueue, feed(context, record))
    }),
    notePiece: enqueueActions(
      ({ context, enqueue }, { peer, index, pieces }: Omit<Extract<PeerNews, { type: 'peer.have' }>, 'type'>) => {
        const record = recordOf(context, peer)
        if (record?.state !== 'open') return
        if (context.have.isAll && pieces.isAll) {
          giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'nothing_to_trade' }))
          return
        }
        const { picker, hungry } = context.work
        picker.addPiece(peer, index)
        giveOrders(enqueue, interestInPiece(context, record, index))
        if (hungry.has(peer)) giveOrders(enqueue, feed(context, record))
      },
    ),
    noteUnchoked: enqueueActions(({ context, enqueue }, { peer, room }: { peer: number; room: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.choking = false
      record.room = room
      giveOrders(enqueue, feed(context, record))
    }),
    /** A choke gives everything back, and frees pieces that were to come from this peer alone. */
    noteChoked: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.choking = true
      context.work.picker.releaseAll(peer)
      giveOrders(enqueue, feedHungry(context))
    }),
    takeBlocks: enqueueActions(
      ({ context, enqueue }, { peer, blocks, room }: { peer: number; blocks: readonly Block[]; room: number }) => {
        const record = recordOf(context, peer)
        if (!record) return
        record.room = room
        const { orders, verify } = takeBlocks(context, record, blocks)
        for (const command of verify) enqueue.sendTo(context.storage, command)
        giveOrders(enqueue, orders)
        giveOrders(enqueue, feed(context, record))
      },
    ),
    takeBack: enqueueActions(
      (
        { context, enqueue },
        { peer, requests, cause, room }: Omit<Extract<PeerNews, { type: 'peer.released' }>, 'type'>,
      ) => {
        const record = recordOf(context, peer)
        if (record?.state !== 'open') return
        record.room = room
        giveOrders(enqueue, takeBack(context, record, requests, cause))
      },
    ),
    noteVerified: enqueueActions(
      (
        { context, enqueue },
        { index, data, digests }: { index: number; data: Uint8Array; digests: readonly string[] },
      ) => {
        const { work } = context
        if (!work.verifying.delete(index)) return
        const have = context.have.with(index)
        work.verifyingBytes -= data.length
        enqueue.assign({ have })
        const { orders, banned } = onVerified({ ...context, have }, index, digests)
        work.buffers.recycle(data)
        enqueue.emit({ type: 'piece', index })
        for (const one of banned) enqueue.emit({ type: 'banned', ...one })
        giveOrders(enqueue, orders)
        giveOrders(enqueue, feedHungry({ ...context, have }))
        if (have.isAll) enqueue.raise({ type: 'torrent.completed' })
      },
    ),
    noteCorrupt: enqueueActions(
      (
        { context, enqueue },
        { index, data, digests }: { index: number; data: Uint8Array; digests: readonly string[] },
      ) => {
        const { work } = context
        if (!work.verifying.delete(index)) return
        work.verifyingBytes -= data.length
        work.buffers.recycle(data)
        const { orders, banned, addresses } = onCorrupt(context, index, digests)
        enqueue.emit({ type: 'corrupt', index, addresses })
        for (const one of banned) enqueue.emit({ type: 'banned', ...one })
        giveOrders(enqueue, orders)
        giveOrders(enqueue, feedHungry(context))
      },
    ),

    // upload
    serve: enqueueActions(
      ({ context, enqueue }, { peer, requests }: { peer: number; requests: readonly BlockRequest[] }) => {
        const record = recordOf(context, peer)
        if (!record) return
        const ours = requests.every(({ index }) => context.have.has(index))
          ? requests
          : requests.filter(({ index }) => context.have.has(index))
        if (ours.length > 0) enqueue.sendTo(context.storage, { type: 'storage.read', peer, requests: ours })
        if (ours.length === requests.length) return
        const lacking = requests.filter((request) => !ours.includes(request))
        giveOrders(enqueue, order(record, { type: 'torrent.reject', requests: lacking }))
      },
    ),
    passBlocks: enqueueActions(({ context, enqueue }, { peer, blocks }: { peer: number; blocks: readonly Block[] }) => {
      const record = recordOf(context, peer)
      if (!record) return
      for (const { data } of blocks) context.work.uploaded += data.length
      giveOrders(enqueue, order(record, { type: 'torrent.piece', blocks }))
    }),

    // choking
    startChokeTimer: raise({ type: 'timer.choke_round' }, { delay: chokeRoundMs, id: 'choke_round' }),
    stopChokeTimer: cancel('choke_round'),
    runChokeRound: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, runChokeRound(context))),
    forgetRefusals: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, forgetRefusals(context))),
    noteInterested: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.interested = true
      giveOrders(enqueue, unchokeIfFree(context, record))
    }),
    noteNotInterested: ({ context }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record) record.interested = false
    },

    // time
    noteTime: ({ context }, { at }: { at: number }) => {
      context.work.now = at
    },
    measureRates: assign(({ context }, { at }: { at: number }) => ({
      rateDown: context.rateDown.add(context.work.downloaded - context.rateDown.total, at),
      rateUp: context.rateUp.add(context.work.uploaded - context.rateUp.total, at),
    })),
  },
})
