import { enqueueActions, sendTo } from 'xstate'
import { isSameHost } from '../../../transport/address.ts'
import type { Address, Connection } from '../../../transport/transport.ts'
import type { EncryptionPolicy } from '../../peer/context.ts'
import type { Link, PeerNews, PeerRef } from '../../peer/events.ts'
import { PieceSet } from '../../piece-set.ts'
import type { TorrentContext } from '../context.ts'
import { feedHungry } from '../downloading.ts'
import type { GroupCommand } from '../events.ts'
import { openedEvent, tellExtensions } from '../extending.ts'
import { grant } from '../granting.ts'
import { order } from '../order.ts'
import { part, partAll } from '../parting.ts'
import { releaseAddresses } from '../redial.ts'
import { emitPeer, giveOrders, recordOf } from '../say.ts'
import { onLeft } from '../verdicts.ts'
import { torrentVocabulary } from '../vocabulary.ts'

/** What a peer is about; without a layout as long as the metadata is to come, and the disk to be checked. */
const membershipOf = ({ infoHash, isChecked, layout }: TorrentContext) =>
  isChecked ? { infoHash, layout } : { infoHash }

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
      ...(connection ? { connection } : membershipOf(context)),
    },
  }
  return { group: `group-${record.group}`, opensGroup, command }
}

/** Who is dialled, accepted, admitted and forgotten. */
export const connectionSetup = torrentVocabulary.extend({
  actions: {
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
    /** Its actor lives where it was made; here it takes a place like any other. */
    takePeer: enqueueActions(({ context, enqueue }, { ref }: { ref: PeerRef }) => {
      const { addresses, blacklist, memory, swarm } = context.work
      const { context: guest, value } = ref.getSnapshot()
      const { link } = guest
      const { maxPeers } = context
      if (context.encryption === 'required' && value.encryption !== 'rc4') {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'encryption_required' })
        return
      }
      if (blacklist.hasAddress(link.address)) {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'blacklisted' })
        return
      }
      if (!swarm.hasPlaceFor(link.address, { maxPeers, waiting: addresses.waiting })) {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'no_place' })
        return
      }
      const reputation = memory.reputationOf(link.address)
      const { record, opensGroup } = swarm.add(link, reputation)
      if (opensGroup) enqueue.spawnChild('group', { id: `group-${record.group}`, input: { owner: context.self } })
      record.ref = ref
      const membership = {
        torrent: context.self,
        peer: record.peer,
        peerId: context.peerId,
        ...membershipOf(context),
      }
      enqueue.sendTo(ref, { type: 'torrent.adjust_reputation', delta: reputation - guest.reputation })
      enqueue.sendTo(ref, { type: 'torrent.greet', greeting: context.greeting })
      enqueue.sendTo(ref, { type: 'torrent.adopt', membership })
      emitPeer(enqueue, record)
    }),
    /** The torrent takes nobody now. */
    refusePeer: sendTo((_, { ref }: { ref: PeerRef }) => ref, { type: 'torrent.close', code: 'stopped' }),
    /** A connection that was accepted while the torrent stopped listening. */
    turnAway: (_, { connection }: { connection: Connection }) => connection.destroy(),
    meet: enqueueActions(({ context, enqueue }, { peer, ref }: { peer: number; ref: PeerRef }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.ref = ref
      // The disk may have been checked between the decision to spawn it and now; a peer that has a layout passes over it.
      if (context.isChecked) {
        giveOrders(enqueue, order(record, { type: 'torrent.learn', layout: context.layout }))
      }
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
      const allowFast = grant(context, record)
      giveOrders(enqueue, order(record, { type: 'torrent.admit', have: context.have, allowFast }))
    }),
    welcome: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (!record) return
      record.state = 'open'
      record.openedAt = context.work.now
      context.work.picker.addPeer(peer, PieceSet.none(context.layout.pieceCount))
      emitPeer(enqueue, record)
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
      if (record.state === 'open') tellExtensions(enqueue, context, { type: 'extension.closed', peer })
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
    /** Two that download nothing have nothing to trade (BEP 21): libtorrent, transmission and others part as well. */
    partAll: enqueueActions(({ context, enqueue }) => giveOrders(enqueue, partAll(context))),
    noteUploadOnly: enqueueActions(({ context, enqueue }, { peer }: { peer: number }) => {
      const record = recordOf(context, peer)
      if (record) giveOrders(enqueue, part(context, record))
    }),
  },
})
