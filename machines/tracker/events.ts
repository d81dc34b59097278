import type { ActorRef, Snapshot } from 'xstate'
import type {
  AnnounceAnswer,
  AnnounceEvent,
  AnnounceRequest,
  TrackerFailure,
} from '../../transport/tracker/announce.ts'
import type { Address } from '../../transport/transport.ts'

/** What a torrent says of itself to its trackers; what is beyond it, the chart of each adds. */
export interface Standing extends Omit<AnnounceRequest, 'infoHash' | 'peerId' | 'event' | 'trackerId' | 'numWant'> {
  /** 40 hex digits each. */
  readonly infoHash: string
  readonly peerId: string
  /** It has come to have everything in this run. */
  readonly hasCompleted: boolean
  /** Now, in milliseconds. */
  readonly at: number
}

/** What a tracker's actor is asked for. */
export type TrackerCommand =
  /** The tracker is to be asked, unless it wants to be left alone and nothing has happened that it is to know. */
  | { readonly type: 'tracker.announce'; readonly standing: Standing }
  /** It is told that we leave, where it knows of us. */
  | { readonly type: 'tracker.stop'; readonly standing: Standing }

/** What came of an announce. `at`: now, in milliseconds. */
export type AnnounceNews =
  /** Peers that came first, while the tracker is still asked over its other address. */
  | { readonly type: 'announce.found'; readonly peers: readonly Address[] }
  | { readonly type: 'announce.answered'; readonly answer: AnnounceAnswer; readonly at: number }
  | { readonly type: 'announce.failed'; readonly failure: TrackerFailure; readonly at: number }

/** Every event the chart of a tracker takes. */
export type TrackerEvent = TrackerCommand | AnnounceNews

/** The actor of a tracker. */
export type TrackerRef = ActorRef<TrackerSnapshot, TrackerEvent>

/** What a look at a tracker shows. */
export type TrackerSnapshot = Snapshot<unknown> & { readonly context: TrackerContext; readonly value: TrackerValue }

/** The states of a tracker. */
export type TrackerValue =
  | 'idle'
  | { readonly announcing: 'asking' | 'finishing' }
  | 'waiting'
  | 'backing_off'
  | 'refused'
  | 'stopping'
  | 'stopped'

/** What a tracker's actor tells its torrent. `tracker`: its number there. */
export type TrackerNews =
  | { readonly type: 'tracker.started'; readonly tracker: number; readonly ref: TrackerRef }
  /** It is being asked, and told of this event. */
  | { readonly type: 'tracker.asked'; readonly tracker: number; readonly event: AnnounceEvent | undefined }
  | { readonly type: 'tracker.found'; readonly tracker: number; readonly peers: readonly Address[] }
  | { readonly type: 'tracker.answered'; readonly tracker: number; readonly answer: AnnounceAnswer }
  | { readonly type: 'tracker.failed'; readonly tracker: number; readonly failure: TrackerFailure }
  /** Its time has come: it may be asked again. */
  | { readonly type: 'tracker.due'; readonly tracker: number }
  /** It knows that we have left, or was not told in time. */
  | { readonly type: 'tracker.left'; readonly tracker: number }

/** What outlives one event of a tracker's chart. */
export interface TrackerContext {
  readonly owner: ActorRef<Snapshot<unknown>, TrackerNews>
  readonly tracker: number
  readonly url: string
  /** It has answered since we began: it knows of us. */
  readonly isKnown: boolean
  /** It has heard that we have come to have everything, or that we had it from the first; that is said once. */
  readonly knowsAll: boolean
  /** What it is being told, or was last. */
  readonly standing: Standing | undefined
  readonly event: AnnounceEvent | undefined
  /** Its last answer, without the peers, and when it came. */
  readonly answer: Omit<AnnounceAnswer, 'peers'> | undefined
  readonly answeredAt: number | undefined
  /** How many peers it named. */
  readonly peers: number
  /** What it wants to be told again. */
  readonly trackerId: Uint8Array | undefined
  /** Why it has not answered last, and how often in a row. */
  readonly failure: TrackerFailure | undefined
  readonly failures: number
  /** When it is due again, in milliseconds; undefined while it is asked, and when it is not. */
  readonly dueAt: number | undefined
}

/** What a tracker's chart is made from. */
export type TrackerInput = Pick<TrackerContext, 'owner' | 'tracker' | 'url'>
