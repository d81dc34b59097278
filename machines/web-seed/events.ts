import type { ActorRef, Snapshot } from 'xstate'
import type { Connection } from '../../transport/transport.ts'
import type { WebSeedFailure } from '../../transport/web-seed/failure.ts'

/**
 * Why the connection to a web seed has ended, where the web seed did not say so itself. `over`: nothing speaks against it. `banned`: it gave
 * corrupt pieces, or its host is on the blacklist. `requested`: the owner of the torrent closed it. `failed`: anything else.
 */
export type WebSeedEnd = 'over' | 'banned' | 'requested' | 'failed'

/** What the actor of a web seed is asked for. `at`: now, in milliseconds. */
export type WebSeedCommand =
  /** Something is missing that it may have. */
  | { readonly type: 'web_seed.connect' }
  /** Its connection is no more. */
  | { readonly type: 'web_seed.closed'; readonly end: WebSeedEnd; readonly why: string; readonly at: number }

/** What the connection tells. */
export type WebSeedLinkNews =
  | { readonly type: 'link.made'; readonly connection: Connection }
  /** Bytes of a file have come, and do not drip. */
  | { readonly type: 'link.answered' }
  | { readonly type: 'link.failed'; readonly failure: WebSeedFailure; readonly at: number }

/** Every event the chart of a web seed takes. */
export type WebSeedEvent = WebSeedCommand | WebSeedLinkNews

/** The actor of a web seed. */
export type WebSeedRef = ActorRef<WebSeedSnapshot, WebSeedEvent>

/** What a look at a web seed shows. */
export type WebSeedSnapshot = Snapshot<unknown> & { readonly context: WebSeedContext; readonly value: WebSeedValue }

/** The states of a web seed. */
export type WebSeedValue =
  | 'idle'
  | { readonly linked: 'connecting' | 'serving' }
  | 'backing_off'
  | 'given_up'
  | 'banned'

/** What the actor of a web seed tells its torrent. `webSeed`: its number there. */
export type WebSeedNews =
  | { readonly type: 'web_seed.started'; readonly webSeed: number; readonly ref: WebSeedRef }
  /** Its connection is to be that of a peer. */
  | { readonly type: 'web_seed.made'; readonly webSeed: number; readonly connection: Connection }
  | { readonly type: 'web_seed.served'; readonly webSeed: number }
  /** It is asked again later, or never. */
  | { readonly type: 'web_seed.failed'; readonly webSeed: number; readonly isFinal: boolean }
  | { readonly type: 'web_seed.banned'; readonly webSeed: number }
  /** Its wait is over: it may be asked. */
  | { readonly type: 'web_seed.due'; readonly webSeed: number }

/** What outlives one event of a web seed's chart. */
export interface WebSeedContext {
  readonly owner: ActorRef<Snapshot<unknown>, WebSeedNews>
  readonly webSeed: number
  readonly url: string
  /** Why it failed last, and how often since it last answered. */
  readonly failure: WebSeedFailure | undefined
  readonly failures: number
  /** Files that it was found without, by their numbers in the torrent: they are asked of others. */
  readonly without: readonly number[]
  /** When it may be asked again, in milliseconds; undefined where it may be now, or never. */
  readonly dueAt: number | undefined
}

/** What a web seed's chart is made from. */
export type WebSeedInput = Pick<WebSeedContext, 'owner' | 'webSeed' | 'url'>
