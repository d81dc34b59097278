import { enqueueActions, sendTo } from 'xstate'
import { isSameHost } from '../../../transport/address.ts'
import type { Address, Connection } from '../../../transport/transport.ts'
import type { LocalChoice } from '../../peer/close-reason.ts'
import type { EncryptionPolicy } from '../../peer/context.ts'
import type { Link, PeerNews, PeerRef, PeerView } from '../../peer/events.ts'
import { PieceSet } from '../../piece-set.ts'
import { halfOpenMax, hasPlaceToDial, mayEnter, takePlace } from '../admission.ts'
import type { TorrentContext } from '../context.ts'
import { feedHungry } from '../downloading.ts'
import type { GroupCommand, HomeNews, PeerHome } from '../events.ts'
import { openedEvent, tellExtensions } from '../extending.ts'
import { grant } from '../granting.ts'
import { makeRoom, mayTryAnother } from '../making-room.ts'
import { type Order, order } from '../order.ts'
import { closing, dialing } from '../pace.ts'
import { part, partAll } from '../parting.ts'
import type { GroupInput } from '../peer-group.ts'
import { releaseAddresses } from '../redial.ts'
import { type Enqueue, emitPeer, giveOrders, recordOf } from '../say.ts'
import { offerToNewcomer, shownTo } from '../showing.ts'
import type { PeerRecord } from '../swarm.ts'
import { teach, tellBatch } from '../telling.ts'
import { isTurnedAway, noteReconnect } from '../turning-away.ts'
import { onLeft, rememberedOf } from '../verdicts.ts'
import { torrentVocabulary } from '../vocabulary.ts'

/** What a peer is about; without a layout as long as the metadata is to come, and the disk to be checked. */
const membershipOf = ({ infoHash, isChecked, layout }: TorrentContext) =>
  isChecked ? { infoHash, layout } : { infoHash }

/** It came in, has named its torrent, and waits to be told that it belongs there. */
const awaitsAdoption = ({ status, value: { handshake } }: PeerView): boolean =>
  status === 'active' && typeof handshake === 'object' && handshake.handshaking === 'awaiting_adoption'

/**
 * Makes room for a peer; `command` spawns its actor in `group`. `encryption` is the torrent's policy, or `none` for a dial where
 * encryption was refused. One that is accepted learns its torrent by `torrent.adopt`.
 */
function placePeer(context: TorrentContext, link: Link, encryption: EncryptionPolicy, connection?: Connection) {
  const { now, swarm } = context.work
  const remembered = rememberedOf(context, link.address)
  const { record, place, opensGroup } = swarm.add(link, remembered.reputation)
  record.isTaught = context.isChecked
  record.toldGreetings = context.work.telling.greetings
  const command: GroupCommand = {
    type: 'group.spawn',
    slot: String(place.slot),
    input: {
      peer: record.peer,
      link,
      at: now,
      peerId: context.peerId,
      encryption,
      greeting: context.greeting,
      ...remembered,
      owner: context.self,
      ...(connection ? { connection } : membershipOf(context)),
    },
  }
  return { group: `group-${place.group}`, opensGroup, command }
}

/** What stopping a peer's actor needs of XState's `enqueue`. */
interface Release {
  sendTo(group: string, command: GroupCommand): void
  sendTo(owner: PeerHome['owner'], news: HomeNews): void
  cancel(timer: string): void
  raise(event: { readonly type: 'torrent.emptied' }): void
}

/** What ending peers in batches needs of it. */
interface Closing extends Enqueue {
  raise(event: { readonly type: 'torrent.emptied' }): void
  raise(event: { readonly type: 'timer.closing' }, options: { readonly delay: number; readonly id: string }): void
}

/** A peer is gone: its place is free, whoever holds its actor stops it. With the last one nobody is left to be ended. */
function release(enqueue: Release, { work }: TorrentContext, record: PeerRecord): void {
  const { home } = record
  work.swarm.remove(record)
  if (record.holdsPlace) work.claim.release()
  if (home && 'slot' in home) enqueue.sendTo(`group-${home.group}`, { type: 'group.stop', slot: String(home.slot) })
  else if (home) enqueue.sendTo(home.owner, { type: 'guest.left', guest: home.guest })
  if (work.swarm.peers.size > 0) return
  enqueue.cancel('closing')
  work.closing.refill()
  enqueue.raise({ type: 'torrent.emptied' })
}

/** Ends those that are to leave, as many as belong to a batch; the rest waits for `timer.closing`. */
function closeBatch(enqueue: Closing, { work }: TorrentContext): void {
  for (const record of work.swarm.peers.values()) {
    if (work.closing.isSpent) break
    if (!record.leavesAs) continue
    const orders = order(record, { type: 'torrent.close', code: record.leavesAs })
    if (orders.length > 0) work.closing.spend()
    giveOrders(enqueue, orders)
  }
  if (work.closing.rest()) enqueue.raise({ type: 'timer.closing' }, { delay: closing.pauseMs, id: 'closing' })
}

/** Ends every connection there is. */
function closeAll(enqueue: Closing, context: TorrentContext): void {
  const { peers } = context.work.swarm
  for (const record of peers.values()) record.leavesAs ??= 'stopped'
  closeBatch(enqueue, context)
  if (peers.size === 0) enqueue.raise({ type: 'torrent.emptied' })
}

/**
 * Of two connections with one host both ends keep the one that the greater peer id dialled. A peer id can be borrowed, so a newcomer from
 * another host never costs us the connection we have.
 */
function replaces({ peerId }: TorrentContext, newcomer: PeerRecord, twin: PeerRecord): boolean {
  const keptDirection = peerId > newcomer.peerId ? 'out' : 'in'
  return (
    isSameHost(newcomer.link.address.host, twin.link.address.host) &&
    newcomer.link.direction === keptDirection &&
    twin.link.direction !== keptDirection
  )
}

/** Somebody comes in, and as many as may have not finished their handshakes: the oldest of them goes. */
function turnOutOldest({ work }: TorrentContext): Order[] {
  if (work.swarm.halfOpen('in') < halfOpenMax) return []
  const oldest = work.swarm.takeOldestHalfOpen()
  return oldest ? order(oldest, { type: 'torrent.close', code: 'gave_way' }) : []
}

/** What dialling needs of XState's `enqueue`. */
interface Dialing {
  spawnChild(src: 'group', options: { readonly id: string; readonly input: GroupInput }): void
  sendTo(group: string, command: GroupCommand): void
}

/** Dials the next address that is due; one that is banned is forgotten instead. */
function dialNext(enqueue: Dialing, context: TorrentContext): void {
  const { addresses, blacklist, dialing: pace, now } = context.work
  const next = addresses.next(now)
  if (!next) return
  const { address, plaintext } = next
  if (blacklist.hasAddress(address)) {
    addresses.remove(address)
    return
  }
  pace.spend()
  const link = { address, direction: 'out', kind: context.transport } as const
  const place = placePeer(context, link, plaintext ? 'none' : context.encryption)
  if (place.opensGroup) enqueue.spawnChild('group', { id: place.group, input: { owner: context.self } })
  enqueue.sendTo(place.group, place.command)
}

/** Who is dialled, accepted, admitted and forgotten. */
export const connectionSetup = torrentVocabulary.extend({
  actions: {
    addAddress: enqueueActions(({ context }, { address }: { address: Address }) => {
      context.work.addresses.add(address)
    }),
    dial: enqueueActions(({ context, enqueue }) => {
      const { addresses, dialing: pace, now } = context.work
      while (addresses.hasDue(now) && !pace.isSpent && hasPlaceToDial(context)) dialNext(enqueue, context)
      if (pace.rest()) enqueue.raise({ type: 'timer.dialing' }, { delay: dialing.pauseMs, id: 'dialing' })
    }),
    /** What led nowhere before we slept says nothing of now. */
    retryAddresses: enqueueActions(({ context }) => context.work.addresses.retryAll()),
    /** We want something: what there was nothing to trade with is of use again. */
    recallAddresses: enqueueActions(({ context }) => context.work.addresses.recall()),
    /** All places are taken, but one of them is of no use: somebody else is tried, one at a time. */
    dialAnother: enqueueActions(({ context, enqueue }) => {
      const { addresses, now } = context.work
      if (addresses.hasDue(now) && !hasPlaceToDial(context) && mayTryAnother(context)) dialNext(enqueue, context)
    }),
    refillDialing: enqueueActions(({ context }) => context.work.dialing.refill()),
    tellNext: enqueueActions(({ context, enqueue }) => {
      context.work.telling.pace.refill()
      tellBatch(enqueue, context)
    }),
    /** Nobody is dialled any more, nor told of pieces. */
    stopBatches: enqueueActions(({ context, enqueue }) => {
      enqueue.cancel('dialing')
      context.work.dialing.refill()
      enqueue.cancel('telling')
      context.work.telling.pace.refill()
    }),
    accept: enqueueActions(({ context, enqueue }, { connection }: { connection: Connection }) => {
      const { blacklist, swarm } = context.work
      const address = connection.remote
      if (
        blacklist.hasAddress(address) ||
        isTurnedAway(enqueue, context, connection) ||
        !swarm.hasRoomFor(address, context.maxIncomingPerHost) ||
        !mayEnter(context, 'in')
      ) {
        enqueue.sendTo('listener', { type: 'listener.refuse', connection })
        return
      }
      giveOrders(enqueue, turnOutOldest(context))
      const link = { address, direction: 'in', kind: connection.kind } as const
      const place = placePeer(context, link, context.encryption, connection)
      if (place.opensGroup) enqueue.spawnChild('group', { id: place.group, input: { owner: context.self } })
      enqueue.sendTo(place.group, place.command)
    }),
    /**
     * Its actor lives where it was made; here it takes a place like any other. Passed over: one that is here, and one that does not
     * wait for a torrent, as it has one or has ended.
     */
    takePeer: enqueueActions(({ context, enqueue }, { ref, home }: { ref: PeerRef; home?: PeerHome }) => {
      const { blacklist, swarm } = context.work
      const snapshot = ref.getSnapshot()
      if (!awaitsAdoption(snapshot) || swarm.of(ref)) return
      const { context: guest, value } = snapshot
      const { link } = guest
      if (context.encryption === 'required' && value.encryption !== 'rc4') {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'encryption_required' })
        return
      }
      if (blacklist.hasAddress(link.address)) {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'blacklisted' })
        return
      }
      if (!swarm.hasRoomFor(link.address, context.maxIncomingPerHost) || !mayEnter(context, 'in')) {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'no_place' })
        return
      }
      giveOrders(enqueue, turnOutOldest(context))
      const remembered = rememberedOf(context, link.address)
      const record = swarm.adopt(link, remembered.reputation, home)
      record.ref = ref
      record.isTaught = context.isChecked
      record.toldGreetings = context.work.telling.greetings
      const membership = {
        torrent: context.self,
        peer: record.peer,
        peerId: context.peerId,
        ...remembered,
        ...membershipOf(context),
      }
      enqueue.sendTo(ref, { type: 'torrent.greet', greeting: context.greeting })
      enqueue.sendTo(ref, { type: 'torrent.adopt', membership })
      if (home) {
        const { guest: number, owner } = home
        enqueue.sendTo(owner, { type: 'guest.adopted', guest: number, torrent: context.self, peer: record.peer })
      }
      emitPeer(enqueue, record)
    }),
    /** The torrent takes nobody now. */
    refusePeer: sendTo(
      (_, { ref }: { ref: PeerRef; code: LocalChoice }) => ref,
      (_, { code }: { ref: PeerRef; code: LocalChoice }) => ({ type: 'torrent.close', code }),
    ),
    /** A connection that was accepted while the torrent stopped listening. */
    turnAway: (_, { connection }: { connection: Connection }) => connection.destroy(),
    meet: enqueueActions(({ context, enqueue }, { peer, ref }: { peer: number; ref: PeerRef }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.ref = ref
      // The disk may have been checked between the decision to spawn it and now.
      giveOrders(enqueue, teach(context, record))
      emitPeer(enqueue, record)
    }),
    adopt: enqueueActions(({ context, enqueue }, { peer, infoHash }: { peer: number; infoHash: string }) => {
      const record = recordOf(context, peer)
      if (!record) return
      const membership = { torrent: context.self, peer, ...membershipOf(context) }
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
    /** Banned and doubled peers stop here, and those for whom there is no place. */
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
      if (twin && !replaces(context, record, twin)) {
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'duplicate_connection' }))
        return
      }
      if (!takePlace(context, record)) {
        giveOrders(enqueue, order(record, { type: 'torrent.close', code: 'no_place' }))
        return
      }
      if (twin) giveOrders(enqueue, order(twin, { type: 'torrent.close', code: 'duplicate_connection' }))
      giveOrders(enqueue, teach(context, record))
      record.toldPieces = context.work.telling.pieces.length
      const allowFast = grant(context, record)
      giveOrders(enqueue, order(record, { type: 'torrent.admit', have: shownTo(context, record), allowFast }))
    }),
    welcome: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.state = 'open'
      record.openedAt = context.work.now
      context.work.picker.addPeer(peer, PieceSet.none(context.layout.pieceCount))
      emitPeer(enqueue, record)
      giveOrders(enqueue, offerToNewcomer(context, record))
      tellExtensions(enqueue, context, openedEvent(record))
    }),
    /** A peer is as good as gone: what it was asked for is free for others. */
    letGo: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record || record.state === 'closing') return
      if (record.state === 'open') tellExtensions(enqueue, context, { type: 'extension.closed', peer })
      record.state = 'closing'
      context.work.picker.removePeer(peer)
      context.work.hungry.delete(peer)
      giveOrders(enqueue, feedHungry(context))
    }),
    forget: enqueueActions(({ context, enqueue }, news: Extract<PeerNews, { type: 'peer.closed' }>) => {
      const record = recordOf(context, news.peer)
      if (!record) return
      emitPeer(enqueue, record)
      for (const event of onLeft(context, record, news.reputation)) enqueue.emit(event)
      releaseAddresses(context, record, news.reason)
      noteReconnect(context, record)
      release(enqueue, context, record)
    }),
    /** A peer's own code threw: it is stopped, its requests are free, the torrent goes on. */
    bury: enqueueActions(({ context, enqueue }, { peer, error }: { peer: number; error: unknown }) => {
      const { picker, hungry } = context.work
      const record = recordOf(context, peer)
      if (!record) return
      // XState leaves the children of an actor running when its own code throws.
      enqueue.emit({ type: 'crashed', address: record.link.address, error })
      const last = record.ref?.getSnapshot().context
      if (last) enqueue.sendTo(last.transport, { type: 'link.destroy' })
      for (const event of onLeft(context, record, last?.reputation ?? record.startReputation)) enqueue.emit(event)
      if (record.state === 'open') tellExtensions(enqueue, context, { type: 'extension.closed', peer })
      if (record.state !== 'closing') picker.removePeer(peer)
      hungry.delete(peer)
      releaseAddresses(context, record)
      release(enqueue, context, record)
      giveOrders(enqueue, feedHungry(context))
    }),
    /** All are to end, a batch at a time; whoever is left when the torrent runs again ends all the same. */
    closePeers: enqueueActions(({ context, enqueue }) => closeAll(enqueue, context)),
    /** What they were told that we have can not be taken back: they come again, and are told less. */
    closeToSuperSeed: enqueueActions(({ context, enqueue }) => {
      const wasTold = ({ peerId }: PeerRecord) => peerId !== ''
      for (const record of context.work.swarm.peers.values()) if (wasTold(record)) record.leavesAs ??= 'super_seeding'
      closeBatch(enqueue, context)
    }),
    closeNext: enqueueActions(({ context, enqueue }) => {
      context.work.closing.refill()
      closeBatch(enqueue, context)
    }),
    /** There are more connections than places, or other torrents are short of them and this one holds the most. */
    makeRoom: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, makeRoom(context))),
    /** Two that download nothing have nothing to trade (BEP 21): libtorrent, transmission and others part as well. */
    partAll: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, partAll(context))),
    noteUploadOnly: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record) giveOrders(enqueue, part(context, record))
    }),
  },
})
