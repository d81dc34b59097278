import { assign, enqueueActions, fromCallback, setup } from 'xstate'
import type { Address, Connection } from '../../transport/transport.ts'
import { type CloseReason, formatCloseReason } from '../peer/close-reason.ts'
import type { PeerRef } from '../peer/events.ts'
import { peerGroupMachine } from '../torrent/connections/peer-group.ts'
import { isVain } from '../torrent/connections/reconnects.ts'
import { tooOften } from '../torrent/connections/turning-away.ts'
import type { GroupCommand, GroupOwner, ListenerCommand, TorrentInternal } from '../torrent/events.ts'
import type { ListenerInput, TickerInput } from '../torrent/setup.ts'
import type { SessionContext, SessionInput } from './context.ts'
import type { SessionEmitted, SessionEvent, SessionTorrent, SessionTorrentRef } from './events.ts'
import type { GuestRecord } from './guests.ts'

const missing = (kind: 'actors' | 'actions', name: string): never => {
  throw new Error(`provide "${name}": sessionMachine.provide({ ${kind}: { ${name} } })`)
}

/** What forgetting a connection needs of XState's `enqueue`. */
interface Enqueue {
  sendTo(group: string, command: GroupCommand): void
  raise(event: { readonly type: 'session.emptied' }): void
}

/** A connection is gone: its actor is stopped, its place is free. */
function release(enqueue: Enqueue, { work }: SessionContext, record: GuestRecord): void {
  const { group, slot } = record.place
  if (record.ref && isVain(record.ref.getSnapshot())) work.reconnects.noteVain(record.link.address, work.now)
  work.guests.remove(record)
  enqueue.sendTo(`group-${group}`, { type: 'group.stop', slot: String(slot) })
  if (work.guests.records.size === 0) enqueue.raise({ type: 'session.emptied' })
}

const recordOf = ({ work }: SessionContext, guest: number): GuestRecord | undefined => work.guests.records.get(guest)

/**
 * The types of the session chart, its actors, guards and actions by name. What changes the session's knowledge does so by
 * `enqueueActions` or `assign`, as in the torrent chart: in the order of the list it stands in, wherever transitions are executed.
 */
export const sessionSetup = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
    emitted: {} as SessionEmitted,
  },
  actors: {
    listener: fromCallback<ListenerCommand, ListenerInput>(() => missing('actors', 'listener')),
    ticker: fromCallback<TorrentInternal, TickerInput>(() => missing('actors', 'ticker')),
    group: peerGroupMachine,
  },
  guards: {
    listensNowhere: ({ context }) => context.listen === undefined,
  },
  actions: {
    noteTime: enqueueActions(({ context }, { at }: { at: number }) => {
      context.work.now = at
    }),

    // listening
    noteListening: enqueueActions(({ context, enqueue }, { address }: { address: Address }) => {
      const { transport, work } = context
      enqueue.assign({ address })
      for (const { ref } of work.torrents.values()) {
        enqueue.sendTo(ref, { type: 'listener.listening', transport, address })
      }
      enqueue.emit({ type: 'listening', transport, address })
    }),
    forgetAddress: assign({ address: undefined }),
    noteError: assign((_, { error }: { error: Error }) => ({ error })),
    emitFailed: enqueueActions(({ context, enqueue }) => {
      if (context.error) enqueue.emit({ type: 'failed', error: context.error })
    }),

    // torrents
    /** A torrent that comes later learns, as the others did, where its peers can reach it. */
    addTorrent: enqueueActions(
      ({ context, enqueue }, { infoHash, torrent }: { infoHash: string; torrent: SessionTorrent }) => {
        const { address, transport, work } = context
        work.torrents.set(infoHash, torrent)
        if (address) enqueue.sendTo(torrent.ref, { type: 'listener.listening', transport, address })
      },
    ),
    removeTorrent: enqueueActions(({ context }, { infoHash }: { infoHash: string }) => {
      context.work.torrents.delete(infoHash)
    }),
    /** The sockets end with their actors. */
    cutOrphans: enqueueActions(({ context, enqueue }, { ref }: { ref: SessionTorrentRef }) => {
      for (const record of context.work.guests.of(ref)) release(enqueue, context, record)
    }),

    // guests
    accept: enqueueActions(({ context, enqueue }, { connection }: { connection: Connection }) => {
      const { blacklist, encryption, peerId, self, work } = context
      const address = connection.remote
      const knock = work.reconnects.knock(address, work.now)
      if (knock === 'turned_away') enqueue.emit({ type: 'dropped', address, reason: tooOften })
      if (knock !== 'welcome' || blacklist.hasAddress(address) || !work.guests.hasRoomFor(address)) {
        enqueue.sendTo('listener', { type: 'listener.refuse', connection })
        return
      }
      const oldest = work.guests.takeOldest()
      if (oldest?.ref) enqueue.sendTo(oldest.ref, { type: 'torrent.close', code: 'gave_way' })
      const link = { address, direction: 'in', kind: connection.kind } as const
      const { record, opensGroup } = work.guests.add(link)
      const { group, slot } = record.place
      if (opensGroup) enqueue.spawnChild('group', { id: `group-${group}`, input: { owner: self } })
      enqueue.sendTo(`group-${group}`, {
        type: 'group.spawn',
        slot: String(slot),
        input: { peer: record.guest, link, connection, at: work.now, peerId, encryption, owner: self },
      })
    }),
    /** A connection that was accepted while the session stopped listening. */
    turnAway: (_, _params: { connection: Connection }) => missing('actions', 'turnAway'),
    meet: enqueueActions(({ context }, { guest, ref }: { guest: number; ref: PeerRef }) => {
      const record = recordOf(context, guest)
      if (record) record.ref = ref
    }),
    /** It has named its torrent, which takes it or ends it. */
    handOver: enqueueActions(({ context, enqueue }, { guest, infoHash }: { guest: number; infoHash: string }) => {
      const ref = recordOf(context, guest)?.ref
      const torrent = context.work.torrents.get(infoHash)
      if (!ref) return
      if (!torrent) {
        enqueue.sendTo(ref, { type: 'torrent.close', code: 'unknown_torrent' })
        return
      }
      const { transport } = ref.getSnapshot().context
      for (const bandwidth of torrent.bandwidths) enqueue.sendTo(transport, { type: 'link.share_bandwidth', bandwidth })
      enqueue.sendTo(torrent.ref, { type: 'torrent.take_peer', ref, home: { owner: context.self, guest } })
    }),
    noteAdopted: enqueueActions(
      ({ context }, { guest, torrent, peer }: { guest: number; torrent: GroupOwner; peer: number }) => {
        const record = recordOf(context, guest)
        if (record) record.adoptedBy = { torrent, peer }
      },
    ),
    forget: enqueueActions(({ context, enqueue }, { guest }: { guest: number }) => {
      const record = recordOf(context, guest)
      if (record) release(enqueue, context, record)
    }),
    emitDropped: enqueueActions(({ context, enqueue }, { guest, reason }: { guest: number; reason: CloseReason }) => {
      const record = recordOf(context, guest)
      if (record) enqueue.emit({ type: 'dropped', address: record.link.address, reason: formatCloseReason(reason) })
    }),
    /** Its own code threw. Of one that is adopted its torrent decides; a guest is stopped, and its socket with it. */
    bury: enqueueActions(({ context, enqueue }, { guest, error }: { guest: number; error: unknown }) => {
      const record = recordOf(context, guest)
      if (!record) return
      const { adoptedBy, link, ref } = record
      if (adoptedBy) {
        enqueue.sendTo(adoptedBy.torrent, { type: 'group.crashed', peer: adoptedBy.peer, error })
        return
      }
      // XState leaves the children of an actor running when its own code throws.
      const last = ref?.getSnapshot().context
      if (last) enqueue.sendTo(last.transport, { type: 'link.destroy' })
      enqueue.emit({ type: 'crashed', address: link.address, error })
      release(enqueue, context, record)
    }),
    closeGuests: enqueueActions(({ context, enqueue }) => {
      const { guests } = context.work
      for (const { ref } of guests.waiting) {
        if (ref) enqueue.sendTo(ref, { type: 'torrent.close', code: 'stopped' })
      }
      if (guests.records.size === 0) enqueue.raise({ type: 'session.emptied' })
    }),
  },
})
