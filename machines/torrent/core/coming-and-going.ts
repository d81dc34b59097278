import { isSameHost } from '../../../transport/address.ts'
import type { Connection } from '../../../transport/transport.ts'
import { viewOf } from '../../peer/peer-view.ts'
import type { PeerNews, PeerView } from '../../peer/vocabulary/events.ts'
import { PieceSet } from '../../piece-set.ts'
import { offerToNewcomer, shownTo } from '../choking/super-seeding-offers.ts'
import { entryFor, giveBackPlace, halfOpenMax, takePlace } from '../connections/admission.ts'
import { greetAnew, teach } from '../connections/broadcast.ts'
import { closeAll, release } from '../connections/leaving.ts'
import { noteReached, releaseAddresses, tryOtherFamily } from '../connections/redial.ts'
import { membershipOf, spawnPeer } from '../connections/spawning.ts'
import { noteReconnect, turnAway } from '../connections/turning-away.ts'
import { feedHungry } from '../download/downloading.ts'
import { isWebSeed, type PeerRecord, recordOf } from '../peers/peer-table.ts'
import { emitPeer } from '../peers/summary.ts'
import { openedEvent, tellExtensions } from '../running-extensions/extending.ts'
import { tellPort } from '../searching/searching.ts'
import { onLeft, rememberedOf } from '../trust/verdicts.ts'
import { grant } from '../upload/allowed-fast-grant.ts'
import { announce, type Command, emit, order, tellChart } from '../vocabulary/commands.ts'
import type { TorrentInternal, TorrentWish } from '../vocabulary/events.ts'
import { forgetWebSeed } from '../web-seeds/web-seeds.ts'
import type { Core } from './core.ts'
import { tellUnreached } from './holepunching.ts'

type News<Type extends PeerNews['type']> = Extract<PeerNews, { type: Type }>

/** A connection came in. */
export function accept(core: Core, { connection }: { readonly connection: Connection }): Command[] {
  const { blacklist, encryption, maxIncomingPerHost, swarm } = core
  const address = connection.remote
  if (!core.isRunning || blacklist.hasAddress(address))
    return [tellChart(core, { type: 'listener.refuse', connection })]
  const turnedAway = turnAway(core, connection)
  if (turnedAway) return turnedAway
  if (!swarm.hasRoomFor(address, maxIncomingPerHost)) return [tellChart(core, { type: 'listener.refuse', connection })]
  const { mayEnter, commands } = entryFor(core, 'in')
  if (!mayEnter) return [...commands, tellChart(core, { type: 'listener.refuse', connection })]
  const link = { address, direction: 'in', kind: connection.kind } as const
  return [...commands, ...turnOutOldest(core), spawnPeer(core, { link, connection }, encryption)]
}

/** A peer comes in, and as many as may have not finished their handshakes: the oldest of them goes. */
function turnOutOldest({ swarm }: Core): Command[] {
  if (swarm.halfOpen('in') < halfOpenMax) return []
  const oldest = swarm.takeOldestHalfOpen()
  return oldest ? order(oldest, { type: 'torrent.close', code: 'gave_way' }) : []
}

/** It came in, has named its torrent, and waits to be told that it belongs there. */
const awaitsAdoption = ({ status, value: { handshake } }: PeerView): boolean =>
  status === 'active' &&
  typeof handshake === 'object' &&
  'handshaking' in handshake &&
  handshake.handshaking === 'awaiting_adoption'

/**
 * The actor of a peer lives where it was made; here it takes a place like any other. Passed over: one that is here, and one that does not
 * wait for a torrent, as it has one or has ended.
 */
export function takePeer(core: Core, { ref, home }: Extract<TorrentWish, { type: 'torrent.take_peer' }>): Command[] {
  const { blacklist, encryption, maxIncomingPerHost, swarm } = core
  const view = viewOf({ ref })
  if (!view || !awaitsAdoption(view) || swarm.of(ref)) return []
  const { context: guest, value } = view
  const { link } = guest
  const refuse = (code: 'encryption_required' | 'blacklisted' | 'no_place'): Command[] => [
    { tell: 'peer', to: ref, event: { type: 'torrent.close', code } },
  ]
  if (encryption === 'required' && value.encryption !== 'rc4') return refuse('encryption_required')
  if (blacklist.hasAddress(link.address)) return refuse('blacklisted')
  if (!swarm.hasRoomFor(link.address, maxIncomingPerHost)) return refuse('no_place')
  const entry = entryFor(core, 'in')
  if (!entry.mayEnter) return [...entry.commands, ...refuse('no_place')]
  const commands = [...entry.commands, ...turnOutOldest(core)]
  const remembered = rememberedOf(core, link.address)
  const record = swarm.adopt(link, remembered.reputation, home)
  const { peer } = record
  record.ref = ref
  record.isTaught = core.isChecked
  record.toldGreetings = core.telling.greetings
  const membership = { torrent: core.self, peer, peerId: core.peerId, ...remembered, ...membershipOf(core) }
  commands.push(
    { tell: 'peer', to: ref, event: { type: 'torrent.greet', greeting: core.greeting } },
    { tell: 'peer', to: ref, event: { type: 'torrent.adopt', membership } },
  )
  if (home) {
    const { guest: number, owner } = home
    commands.push({
      tell: 'home',
      to: owner,
      event: { type: 'guest.adopted', guest: number, torrent: core.chart, peer },
    })
  }
  commands.push(...emitPeer(core, record))
  return commands
}

/** The actor of a peer runs; one whose dial was decided on before the torrent rested ends at once. */
export function meet(core: Core, { peer, ref }: News<'peer.started'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  record.ref = ref
  // The disk may have been checked, and our extended handshake have changed, between the decision to spawn it and now.
  const commands = [...teach(core, record), ...greetAnew(core, record), ...emitPeer(core, record)]
  if (!core.isRunning) commands.push(...closeAll(core))
  return commands
}

/** An incoming handshake names a torrent. */
export function adopt(core: Core, { peer, infoHash }: News<'peer.identified'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  if (infoHash !== core.infoHash) return order(record, { type: 'torrent.close', code: 'unknown_torrent' })
  return order(record, { type: 'torrent.adopt', membership: { torrent: core.self, peer, ...membershipOf(core) } })
}

/** A handshake is whole. Banned and doubled peers stop here, and those for which there is no place. */
export function admit(core: Core, { peer, peerId }: News<'peer.handshaken'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const { blacklist, swarm } = core
  if (blacklist.hasPeerId(peerId) || blacklist.hasAddress(record.link.address))
    return order(record, { type: 'torrent.close', code: 'blacklisted' })
  // A peer that borrows the peer id of a web seed is no twin of it.
  const twin = isWebSeed(record) ? undefined : swarm.twinOf(record)
  if (twin && !replaces(core, record, twin, peerId))
    return order(record, { type: 'torrent.close', code: 'duplicate_connection' })
  const entry = takePlace(core, record, { hasTwin: twin !== undefined })
  if (!entry.mayEnter) return [...entry.commands, ...order(record, { type: 'torrent.close', code: 'no_place' })]
  const commands = [...entry.commands]
  if (twin) commands.push(...order(twin, { type: 'torrent.close', code: 'duplicate_connection' }))
  commands.push(...teach(core, record))
  record.toldPieces = core.telling.pieces.length
  const allowFast = grant(core, record)
  commands.push(...order(record, { type: 'torrent.admit', have: shownTo(core, record), allowFast }))
  return commands
}

/**
 * Of two connections with one host both ends keep the one that the greater peer id dialled. A peer id can be borrowed, so a newcomer from
 * another host never costs us the connection we have.
 */
function replaces(core: Core, newcomer: PeerRecord, twin: PeerRecord, peerId: string): boolean {
  const keptDirection = core.peerId > peerId ? 'out' : 'in'
  return (
    isSameHost(newcomer.link.address.host, twin.link.address.host) &&
    newcomer.link.direction === keptDirection &&
    twin.link.direction !== keptDirection
  )
}

/** Messages may flow. */
export function welcome(core: Core, { peer }: News<'peer.opened'>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  record.isMember = true
  noteReached(core, record)
  core.picker.addPeer(peer, PieceSet.none(core.layout.pieceCount))
  return [
    ...emitPeer(core, record),
    ...tellPort(core, record),
    ...offerToNewcomer(core, record),
    ...tellExtensions(core.extensions, openedEvent(record)),
  ]
}

/** A peer is as good as gone: what it was asked for is free for others. */
export function letGo(core: Core, { peer }: { readonly peer: number }): Command[] {
  const record = recordOf(core, peer)
  if (!record?.isMember) return []
  record.isMember = false
  core.picker.removePeer(peer)
  core.hungry.delete(peer)
  return [...tellExtensions(core.extensions, { type: 'extension.closed', peer }), ...feedHungry(core)]
}

/** The socket is gone. */
export function forget(core: Core, news: News<'peer.closed'>): Command[] {
  const record = recordOf(core, news.peer)
  if (!record) return []
  const commands = [
    ...giveBackPlace(core, record),
    ...emitPeer(core, record),
    ...announce(core, onLeft(core, record, news.reputation)),
    ...tellUnreached(core, record, news.reason),
  ]
  releaseAddresses(core, record, news.reason)
  tryOtherFamily(core, record, news.reason)
  noteReconnect(core, record)
  return [...commands, ...release(core, record), ...forgetWebSeed(core, record, news.reason)]
}

/** A peer's own code threw: it is stopped, its requests are free, the torrent goes on. */
export function bury(core: Core, { peer, error }: Extract<TorrentInternal, { type: 'group.crashed' }>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const commands = [
    ...giveBackPlace(core, record),
    ...emit(core, { type: 'crashed', address: record.link.address, error }),
  ]
  const last = viewOf(record)?.context
  // XState leaves the children of an actor running when its own code throws.
  if (last) commands.push({ tell: 'transport', to: last.transport, event: { type: 'link.destroy' } })
  commands.push(...announce(core, onLeft(core, record, last?.reputation ?? record.startReputation)))
  commands.push(...letGo(core, { peer }))
  releaseAddresses(core, record)
  return [...commands, ...release(core, record), ...forgetWebSeed(core, record, undefined)]
}
