import {
  type ActorLogic,
  type AnyEventObject,
  createActor,
  type EventObject,
  fromCallback,
  type SnapshotFrom,
} from 'xstate'
import type { ExtensionEvent } from '../../../machines/extensions/extension.ts'
import { createCore } from '../../../machines/torrent/core/core.ts'
import type { TorrentInput } from '../../../machines/torrent/core/input.ts'
import type { CoreMaking } from '../../../machines/torrent/core/logic.ts'
import type { CoreSnapshot } from '../../../machines/torrent/states/context.ts'
import { torrentMachine } from '../../../machines/torrent/torrent.ts'
import type {
  ExtensionInput,
  ListenerInput,
  StorageInput,
  TickerInput,
} from '../../../machines/torrent/vocabulary/actor-inputs.ts'
import type { StorageCommand, TorrentInternal } from '../../../machines/torrent/vocabulary/events.ts'
import type { CoreEvent } from '../../../machines/torrent/vocabulary/news.ts'
import { torrentEvents } from '../../../testing/torrent/events.ts'
import { seededRandom } from '../../../transport/random.ts'
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

export const group = 'group.0'
export const command = { type: 'group.stop', slot: '0' } as const

/** Of every event that the chart takes, whatever changes what comes of it, also that a time is over. */
export const events: readonly AnyEventObject[] = [
  ...Object.values(torrentEvents)
    .flat()
    .filter(({ type }) => !type.startsWith('after.')),
  ...machine.events.filter((type) => type.startsWith('xstate.after.')).map((type) => ({ type })),
]
