import { type AnyActorRef, createActor } from 'xstate'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { connection } from '../model/connection.ts'
import { infoHash, ourPeerId } from '../peer/model.ts'
import { group, type TorrentModelEvent } from './model.ts'

const address = { host: '192.0.2.1', port: 6881 }
const link = { address, direction: 'in', kind: 'memory' } as const
const error = new Error('it fails')
const news = [{ type: 'verified', pieces: 1, total: 2 }] as const
const command = { type: 'group.stop', slot: '0' } as const
const extension = { name: 'pc_chat', start: () => () => {} }
const guest: AnyActorRef = createActor(peerMachine, { input: { peer: 7, link, at: 0, peerId: ourPeerId } })

/** How its owner has it, and what ends it. */
const life: readonly TorrentModelEvent[] = [
  { type: 'torrent.start' },
  { type: 'torrent.start', at: 5 },
  { type: 'torrent.pause' },
  { type: 'torrent.resume' },
  { type: 'torrent.stop' },
  { type: 'swarm.emptied' },
  { type: 'save.over' },
  { type: 'after.saving' },
]

/** How its pieces stand, and that they are looked at. */
const content: readonly TorrentModelEvent[] = [
  { type: 'torrent.recheck' },
  { type: 'content.known' },
  { type: 'content.check' },
  { type: 'content.check', anew: true },
  { type: 'pieces.random_first', news },
  { type: 'pieces.rarest_first', news },
  { type: 'pieces.endgame', news },
  { type: 'pieces.complete', downloaded: 0, news },
  { type: 'pieces.chosen', downloaded: 0, news },
  { type: 'pieces.partial', news },
  { type: 'pieces.read_only', news },
  { type: 'recheck.began' },
  { type: 'recheck.over' },
]

/** What goes wrong: that an actor tells of it, and that the code of one throws. */
const failures: readonly TorrentModelEvent[] = [
  { type: 'storage.failed', error },
  { type: 'metadata.failed', error },
  { type: 'listener.failed', error },
  { type: 'listener.unbound', transport: 'memory', error },
  ...['storage', 'listener', 'ticker', group, 'extension.pc_chat', 'tracker.0', 'web_seed.0', 'dht'].map(
    (actorId) => ({ type: `xstate.error.actor.${actorId}`, error, actorId }) as const,
  ),
]

/** Which peers may download. */
const unchoking: readonly TorrentModelEvent[] = [
  { type: 'timer.choke_round' },
  { type: 'super_seeding.wished' },
  { type: 'super_seeding.unwished' },
  { type: 'super_seeding.over', because: 'stuck' },
  { type: 'super_seeding.over', because: 'seeder' },
  { type: 'super_seeding.revealed' },
]

/** That work goes in batches. */
const pacing: readonly TorrentModelEvent[] = [
  { type: 'pace.dialing' },
  { type: 'pace.telling' },
  { type: 'pace.closing' },
  { type: 'after.dialingPause' },
  { type: 'after.tellingPause' },
  { type: 'after.closingPause' },
]

/** Where its files are, whether the disk takes more, and when resume data is saved. */
const disk: readonly TorrentModelEvent[] = [
  { type: 'torrent.move', folder: '/elsewhere' },
  { type: 'move.over' },
  { type: 'disk.behind' },
  { type: 'disk.keeping_up' },
  { type: 'save.next', inMs: 0 },
  { type: 'save.next', inMs: 10 },
  { type: 'after.untilSave' },
]

/** Where it listens, and what its trackers know. */
const outside: readonly TorrentModelEvent[] = [
  { type: 'listener.listening', transport: 'memory', address },
  { type: 'listener.accepted', connection },
  { type: 'listener.refuse', connection },
  { type: 'trackers.leaving' },
  { type: 'trackers.left' },
  { type: 'after.leaving' },
]

/** What it passes on to its core, whatever its state. */
const wishes: readonly TorrentModelEvent[] = [
  { type: 'torrent.add_peer', address },
  { type: 'torrent.close_peer', peer: 0 },
  { type: 'torrent.ban', address, reason: 'spam' },
  { type: 'torrent.select', priorities: new Map([[0, 'skip']]) },
  { type: 'torrent.read', reader: 1, first: 0, end: 1 },
  { type: 'torrent.unread', reader: 1 },
  { type: 'torrent.sequential', sequential: true },
  { type: 'torrent.add_tracker', url: 'http://tracker.example/announce' },
  { type: 'torrent.add_web_seed', url: 'http://seed.example/' },
  { type: 'torrent.super_seed', superSeed: true },
  { type: 'torrent.super_seed', superSeed: false },
  { type: 'torrent.set_slots', slots: 1 },
  { type: 'torrent.take_peer', ref: guest },
  { type: 'torrent.listen_nowhere' },
  { type: 'torrent.add_extension', extension },
  { type: 'torrent.remove_extension', name: extension.name },
]

/** What its core has it do with its other actors. */
const actors: readonly TorrentModelEvent[] = [
  { type: 'core.emitted', news: [{ type: 'piece', index: 1 }] },
  { type: 'swarm.group', group, command, isNew: true },
  { type: 'swarm.group', group, command, isNew: false },
  { type: 'group.crashed', peer: 0, error },
  { type: 'extension.run', extension },
  { type: 'extension.end', name: extension.name },
  { type: 'tracker.run', tracker: 0, url: 'http://tracker.example/announce' },
  { type: 'web_seed.run', webSeed: 0, url: 'http://seed.example/' },
  { type: 'dht.run', infoHash },
]

/**
 * Events of the torrent's chart by what they are about, one a payload case: legal ones, ones out of turn, and failures. Together they take
 * every transition.
 */
export const torrentEvents = {
  life,
  content,
  failures,
  unchoking,
  pacing,
  disk,
  outside,
  wishes,
  actors,
} as const satisfies Record<string, readonly TorrentModelEvent[]>
