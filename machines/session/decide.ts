import { viewOf } from '../peer/peer-view.ts'
import { formatCloseReason } from '../peer/vocabulary/close-reason.ts'
import { isVain } from '../torrent/connections/reconnects.ts'
import { tooOften } from '../torrent/connections/turning-away.ts'
import { groupName } from '../torrent/peers/group-slots.ts'
import { emit, end, type SessionCommand, tellChart } from './commands.ts'
import type { SessionCore } from './core.ts'
import type { GuestRecord } from './guests.ts'
import type { SessionCoreEvent } from './news.ts'

type EventOf<Type extends SessionCoreEvent['type']> = Extract<SessionCoreEvent, { type: Type }>

/** What follows from one event: the core is changed in place, and what is to be done is answered, in order. From the rest nothing does. */
export function decide(core: SessionCore, event: SessionCoreEvent): readonly SessionCommand[] {
  switch (event.type) {
    case 'timer.tick':
      core.now = event.at
      return []

    // torrents
    case 'listener.listening':
      return reach(core, event)
    case 'core.unreachable':
      core.listening = []
      return []
    case 'core.listen_nowhere':
      return tellTorrents(core, { type: 'torrent.listen_nowhere' })
    case 'session.add_torrent':
      return addTorrent(core, event)
    case 'session.remove_torrent':
      core.torrents.delete(event.infoHash)
      return []
    case 'session.torrent_ended':
      return core.guests.of(event.ref).flatMap((record) => release(core, record))

    // guests
    case 'listener.accepted':
      return accept(core, event)
    case 'peer.started':
      return meet(core, event)
    case 'peer.identified':
      return handOver(core, event)
    case 'peer.closed':
      return forget(core, event)
    case 'group.crashed':
      return bury(core, event)
    case 'core.close_guests':
      return closeGuests(core)

    // those that a torrent has adopted
    case 'guest.adopted':
      core.guests.adopt(event.guest, event.torrent, event.peer)
      return []
    case 'guest.left':
      return leave(core, event)
    default:
      return []
  }
}

/** The torrents learn where their peers can reach them. */
function reach(core: SessionCore, event: EventOf<'listener.listening'>): SessionCommand[] {
  const { address, transport } = event
  core.listening = [...core.listening.filter((one) => one.transport !== transport), { transport, address }]
  return [...tellTorrents(core, event), emit(core, { type: 'listening', transport, address })]
}

const tellTorrents = (
  { torrents }: SessionCore,
  event: Extract<SessionCommand, { tell: 'torrent' }>['event'],
): SessionCommand[] => [...torrents.values()].map(({ ref }) => ({ tell: 'torrent', to: ref, event }))

/** A torrent that comes later learns it as the others did. */
function addTorrent(core: SessionCore, { infoHash, torrent }: EventOf<'session.add_torrent'>): SessionCommand[] {
  core.torrents.set(infoHash, torrent)
  return core.listening.map((one) => ({
    tell: 'torrent',
    to: torrent.ref,
    event: { type: 'listener.listening', ...one },
  }))
}

/** A connection came in. It is a guest, unless its address is banned or its host has come too often or holds too many places. */
function accept(core: SessionCore, { connection }: EventOf<'listener.accepted'>): SessionCommand[] {
  const { blacklist, encryption, guests, now, peerId, reconnects, self } = core
  const address = connection.remote
  const knock = reconnects.knock(address, now)
  if (knock !== 'welcome' || blacklist.hasAddress(address) || !guests.hasRoomFor(address)) {
    const told = knock === 'turned_away' ? [emit(core, { type: 'dropped', address, reason: tooOften })] : []
    return [...told, tellChart(core, { type: 'listener.refuse', connection })]
  }
  const oldest = guests.takeOldest()
  const link = { address, direction: 'in', kind: connection.kind } as const
  const { record, opensGroup } = guests.add(link)
  const { group, slot } = record.place
  const input = { peer: record.guest, link, connection, at: now, peerId, encryption, owner: self }
  return [
    ...(oldest ? end(oldest) : []),
    tellChart(core, {
      type: 'swarm.group',
      group: groupName(group),
      isNew: opensGroup,
      command: { type: 'group.spawn', slot: String(slot), input },
    }),
  ]
}

/** The actor of a guest runs; one that was to go before that ends at once. */
function meet({ guests }: SessionCore, { peer, ref }: EventOf<'peer.started'>): SessionCommand[] {
  const record = guests.get(peer)
  if (!record) return []
  record.ref = ref
  return end(record)
}

/** A guest has named its torrent, which takes it or ends it. */
function handOver(core: SessionCore, { peer, infoHash }: EventOf<'peer.identified'>): SessionCommand[] {
  const ref = core.guests.get(peer)?.ref
  const torrent = core.torrents.get(infoHash)
  const view = viewOf({ ref })
  if (!ref || !view) return []
  if (!torrent) return [{ tell: 'guest', to: ref, event: { type: 'torrent.close', code: 'unknown_torrent' } }]
  const { transport } = view.context
  return [
    ...torrent.bandwidths.map(
      (bandwidth): SessionCommand => ({
        tell: 'transport',
        to: transport,
        event: { type: 'link.share_bandwidth', bandwidth },
      }),
    ),
    {
      tell: 'torrent',
      to: torrent.ref,
      event: { type: 'torrent.take_peer', ref, home: { owner: core.self, guest: peer } },
    },
  ]
}

/** The connection of a guest has ended before a torrent took it. */
function forget(core: SessionCore, { peer, reason }: EventOf<'peer.closed'>): SessionCommand[] {
  const record = core.guests.get(peer)
  if (!record) return []
  const { address } = record.link
  return [emit(core, { type: 'dropped', address, reason: formatCloseReason(reason) }), ...release(core, record)]
}

/** A torrent has forgotten one that it had adopted. */
function leave(core: SessionCore, { guest }: EventOf<'guest.left'>): SessionCommand[] {
  const record = core.guests.get(guest)
  return record ? release(core, record) : []
}

/** The code of a connection's actor threw. Of one that is adopted its torrent decides; a guest is stopped, and its socket with it. */
function bury(core: SessionCore, { peer, error }: EventOf<'group.crashed'>): SessionCommand[] {
  const record = core.guests.get(peer)
  if (!record) return []
  const { adoptedBy, link } = record
  if (adoptedBy) {
    const event = { type: 'group.crashed', peer: adoptedBy.peer, error } as const
    return [{ tell: 'adopter', to: adoptedBy.torrent, event }]
  }
  // XState leaves the children of an actor running when its own code throws.
  const last = viewOf(record)?.context
  return [
    ...(last ? [{ tell: 'transport', to: last.transport, event: { type: 'link.destroy' } } as const] : []),
    emit(core, { type: 'crashed', address: link.address, error }),
    ...release(core, record),
  ]
}

/** Every guest is told to go. */
function closeGuests(core: SessionCore): SessionCommand[] {
  const { guests } = core
  const commands = guests.waiting.flatMap((record) => {
    record.leavesAs = 'stopped'
    return end(record)
  })
  return guests.size > 0 ? commands : [...commands, tellChart(core, { type: 'session.emptied' })]
}

/** A connection is gone: its actor is stopped, its place is free. */
function release(core: SessionCore, record: GuestRecord): SessionCommand[] {
  const { guests, now, reconnects } = core
  const { link, place } = record
  const view = viewOf(record)
  if (view && isVain(view)) reconnects.noteVain(link.address, now)
  guests.remove(record)
  const command = { type: 'group.stop', slot: String(place.slot) } as const
  const stop = tellChart(core, { type: 'swarm.group', group: groupName(place.group), isNew: false, command })
  return guests.size > 0 ? [stop] : [stop, tellChart(core, { type: 'session.emptied' })]
}
