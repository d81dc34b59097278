import {
  type ActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  createActor,
  type EventObject,
  fromCallback,
  type SnapshotFrom,
} from 'xstate'
import type { ExtensionEvent } from '../../../machines/extensions/extension.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import { createCore } from '../../../machines/torrent/core/core.ts'
import type { TorrentInput } from '../../../machines/torrent/core/input.ts'
import type { CoreMaking } from '../../../machines/torrent/core/logic.ts'
import type { CoreSnapshot } from '../../../machines/torrent/states/context.ts'
import type { TorrentEvent } from '../../../machines/torrent/states/torrent-event.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import type {
  ExtensionInput,
  ListenerInput,
  StorageInput,
  TickerInput,
} from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { StorageCommand, TorrentInternal } from '../../../machines/torrent/vocabulary/events.ts'
import type { CoreEvent } from '../../../machines/torrent/vocabulary/news.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { sha1 } from '../../storage/support.ts'
import { infoHash, layout, ourPeerId } from '../peer/drive.ts'

/** What the cores of the inert chart were told: nothing, as long as nothing is executed. */
export const heard: CoreEvent[] = []

const nobody = createActor(fromCallback(() => undefined))
export const input: TorrentInput = {
  infoHash,
  layout,
  peerId: ourPeerId,
  greeting: {},
  transports: ['memory'],
  random: seededRandom(1),
  sha1,
  at: 0,
}
/** What every core has. A write here would throw. */
const facts = Object.freeze(createCore({ ...input, chart: nobody }, nobody))

const core: ActorLogic<CoreSnapshot, CoreEvent, CoreMaking> = {
  getInitialSnapshot: () => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: facts,
    toJSON: () => ({}),
  }),
  transition(snapshot, event) {
    heard.push(event)
    return snapshot
  },
  getPersistedSnapshot: (snapshot) => snapshot,
}

/** The chart with actors that do nothing. */
export const machine = torrentMachine.provide({
  actors: {
    core,
    storage: fromCallback<StorageCommand, StorageInput>(() => undefined),
    listener: fromCallback<EventObject, ListenerInput>(() => undefined),
    ticker: fromCallback<TorrentInternal, TickerInput>(() => undefined),
    extension: fromCallback<ExtensionEvent, ExtensionInput>(() => undefined),
  },
})

export type View = SnapshotFrom<typeof machine>

const address = { host: '10.0.0.2', port: 6881 }
const link = { address, direction: 'in', kind: 'memory' } as const
const error = new Error('it fails')
const verified = { type: 'verified', pieces: 1, total: 4 } as const
export const group = 'group.0'
export const command = { type: 'group.stop', slot: '0' } as const
const extension = { name: 'pc_chat', start: () => () => undefined }
const [connection] = memoryPair({ clock: new SimulatedClock(), random: seededRandom(1) })
const guest: AnyActorRef = createActor(peerMachine, { input: { peer: 7, link, at: 0, peerId: ourPeerId } })

type Kind = Exclude<TorrentEvent['type'], `xstate.error.actor.${string}`>
type Samples = { readonly [Type in Kind]: readonly Omit<Extract<TorrentEvent, { type: Type }>, 'type'>[] }

/** Of every event that the chart takes, whatever changes what comes of it. */
const samples: Samples = {
  'torrent.start': [{}, { at: 5 }],
  'torrent.pause': [{}],
  'torrent.resume': [{}],
  'torrent.stop': [{}],
  'torrent.read': [{ reader: 1, first: 0, end: 1 }],
  'torrent.unread': [{ reader: 1 }],
  'torrent.sequential': [{ sequential: true }],
  'torrent.recheck': [{}],
  'torrent.add_peer': [{ address }],
  'torrent.move': [{ folder: '/elsewhere' }],
  'move.over': [{}],
  'torrent.close_peer': [{ peer: 0 }],
  'torrent.ban': [{ address, reason: 'spam' }],
  'torrent.select': [{ priorities: new Map([[0, 'skip']]) }],
  'torrent.add_tracker': [{ url: 'http://tracker.example/announce' }],
  'torrent.add_web_seed': [{ url: 'http://seed.example/' }],
  'torrent.super_seed': [{ superSeed: true }, { superSeed: false }],
  'torrent.set_slots': [{ slots: 2 }],
  'torrent.take_peer': [{ ref: guest }],
  'torrent.add_extension': [{ extension }],
  'torrent.remove_extension': [{ name: extension.name }],
  'listener.listening': [{ transport: 'memory', address }],
  'listener.accepted': [{ connection }],
  'listener.failed': [{ error }],
  'listener.unbound': [{ transport: 'memory', error }],
  'listener.refuse': [{ connection }],
  'pieces.random_first': [{ news: [verified] }],
  'pieces.rarest_first': [{ news: [verified] }],
  'pieces.endgame': [{ news: [verified] }],
  'pieces.complete': [{ downloaded: 9, news: [verified] }],
  'pieces.chosen': [{ downloaded: 9, news: [verified] }],
  'pieces.partial': [{ news: [verified] }],
  'pieces.read_only': [{ news: [verified] }],
  'content.known': [{}],
  'content.check': [{}, { anew: true }],
  'core.emitted': [{ news: [{ type: 'piece', index: 1 }] }],
  'recheck.began': [{}],
  'recheck.over': [{}],
  'swarm.emptied': [{}],
  'swarm.group': [
    { group: 'group.1', command, isNew: true },
    { group, command, isNew: false },
  ],
  'pace.dialing': [{}],
  'pace.telling': [{}],
  'pace.closing': [{}],
  'disk.behind': [{}],
  'disk.keeping_up': [{}],
  'extension.run': [{ extension }],
  'extension.end': [{ name: extension.name }],
  'tracker.run': [{ tracker: 0, url: 'http://tracker.example/announce' }],
  'web_seed.run': [{ webSeed: 0, url: 'http://seed.example/' }],
  'dht.run': [{ infoHash }],
  'trackers.leaving': [{}],
  'trackers.left': [{}],
  'save.over': [{}],
  'save.next': [{ inMs: 10 }],
  'super_seeding.over': [{ because: 'stuck' }],
  'super_seeding.revealed': [{}],
  'super_seeding.wished': [{}],
  'super_seeding.unwished': [{}],
  'storage.failed': [{ error }],
  'metadata.failed': [{ error }],
  'timer.choke_round': [{}],
  'group.crashed': [{ peer: 0, error }],
}

const actors = ['storage', 'listener', 'ticker', group, 'extension.pc_chat', 'tracker.0', 'web_seed.0', 'dht']

/** Besides: that the code of an actor threw, and that a time is over. */
export const events: readonly AnyEventObject[] = [
  ...Object.entries(samples).flatMap(([type, all]) => all.map((one) => ({ ...one, type }))),
  ...actors.map((id) => ({ type: `xstate.error.actor.${id}`, error, actorId: id })),
  ...machine.events.filter((type) => type.startsWith('xstate.after.')).map((type) => ({ type })),
]
