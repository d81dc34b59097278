import { fromCallback, setup } from 'xstate'
import type { Address } from '../../transport/transport.ts'
import { unknownLayout } from '../peer/context.ts'
import type { PieceSet } from '../piece-set.ts'
import type { TorrentContext, TorrentInput } from './context.ts'
import type { TorrentEmitted } from './emitted.ts'
import type { ListenerCommand, StorageCommand, TorrentEvent, TorrentInternal } from './events.ts'
import { hasRoomFor } from './extending.ts'
import type { Extension, ExtensionEvent } from './extension.ts'
import { wantsNothing } from './interest.ts'
import { peerGroupMachine } from './peer-group.ts'
import { isRechecking } from './rechecking.ts'
import { hasNews } from './resuming.ts'

/** What the listener is made from: no address, no listening. */
export interface ListenerInput {
  readonly address: Address | undefined
}

/** What the actor of an extension is made from. */
export interface ExtensionInput {
  readonly extension: Extension
}

const missing = (name: string): never => {
  throw new Error(`provide the actor "${name}": torrentMachine.provide({ actors: { ${name} } })`)
}

/** The types of the torrent chart, its actors and its guards by name. */
export const torrentVocabulary = setup({
  types: {
    context: {} as TorrentContext,
    events: {} as TorrentEvent,
    input: {} as TorrentInput,
    emitted: {} as TorrentEmitted,
  },
  actors: {
    storage: fromCallback<StorageCommand>(() => missing('storage')),
    listener: fromCallback<ListenerCommand, ListenerInput>(() => missing('listener')),
    ticker: fromCallback<TorrentInternal>(() => missing('ticker')),
    extension: fromCallback<ExtensionEvent, ExtensionInput>(() => missing('extension')),
    group: peerGroupMachine,
  },
  guards: {
    lacksMetadata: ({ context }) => context.layout === unknownLayout,
    knowsMetadata: ({ context }) => context.layout !== unknownLayout,
    hasAll: (_, { have }: { have: PieceSet }) => have.isAll,
    hasEverything: ({ context }) => context.have.isAll,
    /** All is here that will ever be: nothing can be written, or what is missing is lost. */
    wantsNothing: ({ context }) => wantsNothing(context),
    isRechecking: ({ context }) => isRechecking(context),
    isThere: (_, { isThere }: { isThere: boolean }) => isThere,
    /** Nothing more comes of any recheck. */
    isLastOfRechecks: ({ context }, { recheck, isOver }: { recheck: number; isOver: boolean }) =>
      isOver && recheck === context.rechecks.asked,
    /** Whichever extension tells of peers: a private torrent learns of them from its trackers alone (BEP 27). */
    isPublic: ({ context }) => !context.isPrivate,
    superSeeds: ({ context }) => context.superSeeds,
    isWished: (_, { superSeed }: { superSeed: boolean }) => superSeed,
    isNotWished: (_, { superSeed }: { superSeed: boolean }) => !superSeed,
    hasRoomForExtension: ({ context }, { name }: { name: string }) => hasRoomFor(context.greeting, name),
    /** A storage whose code threw would never answer. */
    hasToSave: ({ context }) =>
      context.keepsResume && context.isChecked && context.storage.getSnapshot().status === 'active',
    /** Something has changed since the last save. */
    hasNews: ({ context }) => hasNews(context),
    isLastSave: ({ context }, { save }: { save: number }) => save === context.saves,
  },
})
