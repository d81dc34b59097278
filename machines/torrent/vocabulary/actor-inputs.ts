import type { ActorRef, Snapshot } from 'xstate'
import type { Address } from '../../../transport/transport.ts'
import type { Extension, ExtensionEnded, ExtensionStarted, ExtensionWish } from '../../extensions/extension.ts'
import type { StorageNews, TorrentInternal } from './events.ts'

/** What the ticker is made from. */
export interface TickerInput {
  /** The actor that it tells the time. */
  readonly owner: ActorRef<Snapshot<unknown>, Extract<TorrentInternal, { type: 'timer.tick' | 'timer.woke' }>>
}

/** What the storage is made from. */
export interface StorageInput {
  /** The actor that it tells its news. */
  readonly owner: ActorRef<Snapshot<unknown>, StorageNews>
}

/** What the listener is made from: no address, no listening. */
export interface ListenerInput {
  readonly address: Address | undefined
}

/** What the actor of an extension is made from. */
export interface ExtensionInput {
  readonly extension: Extension
  /** The actor that it tells that it runs, or no more, and what it wants. */
  readonly owner: ActorRef<Snapshot<unknown>, ExtensionStarted | ExtensionEnded | ExtensionWish>
}
