import { type EventFromLogic, fromCallback, type InputFrom, type SnapshotFrom } from 'xstate'
import type { ExtensionEvent } from '../../machines/extensions/extension.ts'
import { type Core, createCore } from '../../machines/torrent/core/core.ts'
import type { TorrentInput } from '../../machines/torrent/core/input.ts'
import type { CoreMaking } from '../../machines/torrent/core/logic.ts'
import { torrentMachine } from '../../machines/torrent/torrent.ts'
import type { ExtensionInput, StorageInput } from '../../machines/torrent/vocabulary/actor-inputs.ts'
import type { StorageCommand } from '../../machines/torrent/vocabulary/events.ts'
import type { CoreEvent } from '../../machines/torrent/vocabulary/news.ts'
import { delaysAsEvents } from '../model/delays-as-events.ts'
import { inertCore } from '../model/inert-core.ts'
import { nobody } from '../model/nobody.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'
import { infoHash, layout, ourPeerId } from '../peer/model.ts'

const magnet: TorrentInput = {
  infoHash,
  peerId: ourPeerId,
  greeting: {},
  transports: ['memory'],
  random: () => 0.5,
  sha1: () => new Uint8Array(20),
  at: 0,
}
const known: TorrentInput = { ...magnet, layout }
const facts = Object.freeze(createCore({ ...known, chart: nobody }, nobody))

/** The chart of a torrent as it is explored: its delays are events, and its core, storage and extensions do nothing. */
export const torrentModel = delaysAsEvents(
  torrentMachine.provide({
    actors: {
      core: inertCore<Core, CoreEvent, CoreMaking>(facts),
      storage: fromCallback<StorageCommand, StorageInput>(() => {}),
      extension: fromCallback<ExtensionEvent, ExtensionInput>(() => {}),
    },
  }),
)

/** Its type. */
export type TorrentModel = typeof torrentModel
/** A snapshot of it. */
export type TorrentModelSnapshot = SnapshotFrom<TorrentModel>
/** An event of it. */
export type TorrentModelEvent = EventFromLogic<TorrentModel>

/** The ways a torrent begins. */
export const torrentInputs = {
  'of a torrent file': known,
  'of a magnet link': magnet,
  'that keeps resume data': { ...known, keepsResume: true },
  'that listens for itself': { ...known, listen: { host: '192.0.2.1', port: 6881 } },
} as const satisfies Record<string, InputFrom<TorrentModel>>

/** The group of peers that events are about. */
export const group = 'group.0'
/** The children that a torrent does not always have. */
const made: readonly string[] = [group, 'extension.pc_chat', 'tracker.0', 'web_seed.0', 'dht']

/**
 * Whether the core of a torrent, or one of its actors, would say so now: a group is opened once, and told something only from then on; no
 * tracker, web seed or search is made twice; only a listener fails that there is. Code may throw as its actor is stopped, too.
 */
export function isSensibleTorrentEvent(snapshot: TorrentModelSnapshot, event: TorrentModelEvent): boolean {
  const has = (child: string): boolean => child in snapshot.children
  switch (event.type) {
    case 'swarm.group':
      return event.isNew === !has(event.group)
    case 'tracker.run':
      return !has(`tracker.${event.tracker}`)
    case 'web_seed.run':
      return !has(`web_seed.${event.webSeed}`)
    case 'dht.run':
      return !has('dht')
    case 'listener.failed':
    case 'listener.unbound':
      return snapshot.matches({ life: 'active' })
    default:
      return !('actorId' in event) || !made.includes(event.actorId) || has(event.actorId)
  }
}

/** The value, the facts that guards read, and the children that events are about. */
const stateKey = ({ children, context, value }: TorrentModelSnapshot): string =>
  JSON.stringify([
    value,
    context.keepsResume,
    context.listen,
    context.listening.length,
    context.standing,
    made.filter((child) => child in children),
  ])

/** The options by which `explore` and `xstate/graph` walk the chart of a torrent by these events. */
export const torrentTraversal = (
  events: readonly TorrentModelEvent[],
  input: InputFrom<TorrentModel> = torrentInputs['of a torrent file'],
): Traversal<TorrentModel> =>
  createTraversal({ input, events, serializeState: stateKey, isSensible: isSensibleTorrentEvent })
