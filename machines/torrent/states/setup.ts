import {
  and,
  assign,
  cancel,
  type EventObject,
  enqueueActions,
  fromCallback,
  not,
  or,
  raise,
  sendTo,
  setup,
  stateIn,
  stopChild,
} from 'xstate'
import type { Connection } from '../../../transport/transport.ts'
import { dhtMachine } from '../../dht/dht.ts'
import { errorFrom } from '../../error-from.ts'
import type { Extension, ExtensionEvent } from '../../extensions/extension.ts'
import type { LocalChoice } from '../../peer/vocabulary/close-reason.ts'
import type { PeerRef } from '../../peer/vocabulary/events.ts'
import { missingIn, type PartOf } from '../../provided.ts'
import { trackerDelays } from '../../tracker/delays.ts'
import { trackerMachine } from '../../tracker/tracker.ts'
import { webSeedMachine } from '../../web-seed/web-seed.ts'
import { chokeRoundMs } from '../choking/algorithm/choke-round.ts'
import { closing, dialing, telling } from '../connections/batching.ts'
import type { RestoredInput, TorrentInput } from '../core/input.ts'
import { coreLogic } from '../core/logic.ts'
import { peerGroupMachine } from '../peers/peer-group.ts'
import { commandOf, groupOf, isNewGroup } from '../peers/telling-groups.ts'
import { savingMs } from '../resume/resuming.ts'
import type { ExtensionInput, ListenerInput, StorageInput, TickerInput } from '../vocabulary/actor-inputs.ts'
import type { TorrentEmitted } from '../vocabulary/emitted.ts'
import type { Listening, StorageCommand, TorrentInternal } from '../vocabulary/events.ts'
import type { CoreEvent } from '../vocabulary/news.ts'
import { describeUnbound, type Unbound } from '../vocabulary/unbound.ts'
import type { TorrentContext } from './context.ts'
import { standings, stands, standsOtherwise } from './standing.ts'
import type { TorrentEvent } from './torrent-event.ts'

const missing = missingIn('torrentMachine')

/** The types of the torrent chart, its actors, guards, delays and actions by name. */
export const torrentSetup = setup({
  types: {
    context: {} as TorrentContext,
    events: {} as TorrentEvent,
    input: {} as TorrentInput | RestoredInput | PartOf<TorrentInput> | undefined,
    emitted: {} as TorrentEmitted,
  },
  actors: {
    core: coreLogic,
    storage: fromCallback<StorageCommand, StorageInput>(() => missing('actors', 'storage')),
    listener: fromCallback<EventObject, ListenerInput>(() => missing('actors', 'listener')),
    ticker: fromCallback<TorrentInternal, TickerInput>(() => missing('actors', 'ticker')),
    extension: fromCallback<ExtensionEvent, ExtensionInput>(() => missing('actors', 'extension')),
    group: peerGroupMachine,
    tracker: trackerMachine,
    webSeed: webSeedMachine,
    dht: dhtMachine,
  },
  guards: {
    isMagnet: ({ context }) => context.isMagnet,
    knowsMetadata: not(stateIn({ content: 'awaiting_metadata' })),
    isChecking: stateIn({ content: 'checking' }),
    isComplete: stateIn({ content: 'complete' }),
    /** It does not run, and may be started. */
    rests: or([stateIn({ life: 'stopped' }), stateIn({ life: 'failed' })]),
    wantsNothing: or([
      stateIn({ content: 'chosen' }),
      stateIn({ content: 'partial' }),
      stateIn({ content: 'read_only' }),
    ]),
    /** Files are known, and somebody is there to move them. */
    mayMove: and([
      not(stateIn({ content: 'awaiting_metadata' })),
      not(stateIn({ life: 'stopping' })),
      not(stateIn({ life: 'saving' })),
      not(stateIn({ life: 'parting' })),
      not(stateIn({ disk: 'crashed' })),
    ]),
    keepsResume: ({ context }) => context.keepsResume,
    hasLeftTrackers: stateIn({ trackers: 'settled' }),
    /** A session listens for it, and did so before the torrent ran. */
    isListenedFor: ({ context }) => context.listening.length > 0 && context.listen === undefined,
    isNewGroup,
    standsOtherwise,
  },
  delays: {
    dialingPause: dialing.pauseMs,
    tellingPause: telling.pauseMs,
    closingPause: closing.pauseMs,
    saving: savingMs,
    leaving: trackerDelays.leavingMs,
    untilSave: ({ event }) => (event.type === 'save.next' ? event.inMs : 0),
  },
  actions: {
    /** The core carries it out, or takes note of it. */
    tellCore: sendTo(
      ({ context }) => context.core,
      (_, event: CoreEvent) => event,
    ),
    emitNews: enqueueActions(({ enqueue }, { news }: { news: readonly TorrentEmitted[] }) => {
      for (const event of news) enqueue.emit(event)
    }),
    emitDone: enqueueActions(({ enqueue }, { downloaded }: { downloaded: number }) => {
      enqueue.emit({ type: 'done', downloaded })
    }),
    /** How it stands is noted, and told. */
    tellStanding: enqueueActions(({ check, enqueue }) => {
      const state = standings.find((one) => check(stands[one]))
      if (!state) return
      enqueue.assign({ standing: state })
      enqueue.emit({ type: 'state', state })
    }),
    emitFailed: enqueueActions(({ context, enqueue }) => {
      if (context.error) enqueue.emit({ type: 'failed', error: context.error })
    }),
    emitMoveFailed: enqueueActions(({ enqueue }) => {
      enqueue.emit({ type: 'move_failed', error: new Error('the code of the storage threw') })
    }),
    emitListening: enqueueActions(({ enqueue }, { transport, address }: Listening) => {
      enqueue.emit({ type: 'listening', transport, address })
    }),
    emitAllListening: enqueueActions(({ context, enqueue }) => {
      for (const one of context.listening) enqueue.emit({ type: 'listening', ...one })
    }),
    noteListening: assign(({ context }, { transport, address }: Listening) => ({
      listening: [...context.listening.filter((one) => one.transport !== transport), { transport, address }],
    })),
    emitUnbound: enqueueActions(({ enqueue }, unbound: Unbound) => {
      enqueue.emit({ type: 'warning', message: describeUnbound(unbound) })
    }),
    noteError: assign(errorFrom),
    /** The torrent takes no peer now. */
    refusePeer: sendTo(
      (_, { ref }: { ref: PeerRef; code: LocalChoice }) => ref,
      (_, { code }: { ref: PeerRef; code: LocalChoice }) => ({ type: 'torrent.close', code }),
    ),
    /** A connection that came in and that no torrent wants is closed silently. */
    refuse: (_, _refused: { connection: Connection }) => missing('actions', 'refuse'),
    introduceStorage: sendTo(
      ({ context }) => context.core,
      ({ context }) => ({ type: 'core.storage', storage: context.storage }),
    ),
    /** A storage actor whose own code threw is dead: another takes its place before it is asked again. */
    renewStorage: enqueueActions(({ enqueue }) => {
      enqueue.stopChild('storage')
      enqueue.assign({
        storage: ({ context, spawn }) => spawn('storage', { id: 'storage', input: { owner: context.core } }),
      })
    }),
    openGroup: enqueueActions(({ context, enqueue }, { group }: { group: string }) => {
      enqueue.spawnChild('group', { id: group, input: { owner: context.core } })
    }),
    tellGroup: sendTo(groupOf, commandOf),
    startChokeTimer: raise({ type: 'timer.choke_round' }, { delay: chokeRoundMs, id: 'choke_round' }),
    stopChokeTimer: cancel('choke_round'),
    checkDisk: raise({ type: 'content.check' }),
    checkDiskAnew: raise({ type: 'content.check', anew: true }),
    runExtension: enqueueActions(({ context, enqueue }, { extension }: { extension: Extension }) => {
      const id = `extension.${extension.name}`
      enqueue.stopChild(id)
      enqueue.spawnChild('extension', { id, input: { extension, owner: context.core } })
    }),
    runTracker: enqueueActions(({ context, enqueue }, { tracker, url }: { tracker: number; url: string }) => {
      enqueue.spawnChild('tracker', { id: `tracker.${tracker}`, input: { owner: context.core, tracker, url } })
    }),
    runWebSeed: enqueueActions(({ context, enqueue }, { webSeed, url }: { webSeed: number; url: string }) => {
      enqueue.spawnChild('webSeed', { id: `web_seed.${webSeed}`, input: { owner: context.core, webSeed, url } })
    }),
    runDht: enqueueActions(({ context, enqueue }, { infoHash }: { infoHash: string }) => {
      enqueue.spawnChild('dht', { id: 'dht', input: { owner: context.core, infoHash } })
    }),
    endExtension: stopChild((_, { name }: { name: string }) => `extension.${name}`),
  },
})
