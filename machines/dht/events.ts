import type { ActorRef, Snapshot } from 'xstate'
import type { SearchOutcome } from '../../transport/dht/dht.ts'
import type { Address } from '../../transport/transport.ts'

/** What a torrent wishes of the DHT. */
export type DhtCommand =
  /**
   * Its peers are to be searched for, unless that was done lately. `port`: where we accept connections, if we do: it is announced. `at`: now, in
   * milliseconds.
   */
  | { readonly type: 'dht.search'; readonly port: number | undefined; readonly at: number }
  /** The torrent rests: a search under way is given up. */
  | { readonly type: 'dht.rest' }
  /** It has turned out to be private: it is never searched for (BEP 27). */
  | { readonly type: 'dht.renounce' }
  /** A node, by what a peer or a torrent's file tells (BEP 5). */
  | { readonly type: 'dht.node'; readonly address: Address }

/** What our node tells: it is open, at that UDP port. */
export type NodeNews = { readonly type: 'node.opened'; readonly port: number }

/** What comes of a search. `at`: now, in milliseconds. */
export type SearchNews =
  | { readonly type: 'search.found'; readonly peers: readonly Address[] }
  | { readonly type: 'search.looked_up'; readonly nodes: number; readonly at: number }
  | ({ readonly type: 'search.done'; readonly at: number } & SearchOutcome)
  | { readonly type: 'search.failed'; readonly message: string; readonly at: number }

/** Every event that the chart of a torrent's searches takes. */
export type DhtEvent = DhtCommand | NodeNews | SearchNews

/** The actor of a torrent's searches. */
export type DhtRef = ActorRef<DhtSnapshot, DhtEvent>

/** What a look at it shows. */
export type DhtSnapshot = Snapshot<unknown> & { readonly context: DhtContext; readonly value: DhtValue }

/** Its states. */
export type DhtValue =
  | 'idle'
  | { readonly searching: 'looking_up' | 'announcing' }
  | 'waiting'
  | 'backing_off'
  | 'entering'
  | 'resting'
  | 'renounced'

/** What it tells its torrent. */
export type DhtNews =
  | { readonly type: 'dht.started'; readonly ref: DhtRef }
  /** Our node is open, at that UDP port. */
  | { readonly type: 'dht.opened'; readonly port: number }
  | { readonly type: 'dht.asked' }
  | { readonly type: 'dht.found'; readonly peers: readonly Address[] }
  /** `peers`: how many it found; `nodes`: how many have answered; `announced`: how many have noted where we accept connections. */
  | { readonly type: 'dht.answered'; readonly peers: number; readonly nodes: number; readonly announced: number }
  | { readonly type: 'dht.failed'; readonly message: string }
  /** Its time has come: it may search again. */
  | { readonly type: 'dht.due' }

/** What outlives one event of the chart. */
export interface DhtContext {
  readonly owner: ActorRef<Snapshot<unknown>, DhtNews>
  /** 40 hex digits. */
  readonly infoHash: string
  /** What is announced, or was last, and when that search, or its announce, began, in milliseconds. */
  readonly port: number | undefined
  readonly at: number
  /** How many peers the last search found, how many nodes have answered it, and how many have noted us. */
  readonly peers: number
  readonly nodes: number
  readonly announced: number
  /** Searches in a row that found nobody. */
  readonly empties: number
  /** Why the last one led to nothing, and how many did so in a row. */
  readonly failure: string | undefined
  readonly failures: number
  /** When it is due again, in milliseconds; undefined while it searches, and when it is not. */
  readonly dueAt: number | undefined
}

/** What it is made from. */
export type DhtInput = Pick<DhtContext, 'owner' | 'infoHash'>
