import { blockBytes } from './layout.ts'

/** Requests a peer takes at once when its extended handshake names no `reqq` (BEP 10: libtorrent's default). */
export const defaultReqq = 250

/** Requests outstanding towards one peer, whatever it allows. libtorrent's `max_out_request_queue`. */
export const depthMax = 500

/** Keeps a link busy while one block is under way. libtorrent's `min_request_queue`. */
const depthMin = 2

/** Requests cover what comes in this time. libtorrent's `request_queue_time`. */
const queueMs = 3000

/**
 * The same, of the limit, while one holds our reading back: what the remote sends further ahead only fills the buffers of both
 * systems, and is more than the limit to whoever watches the remote. A turn of `transport/bandwidth/` takes as much, so it finds it.
 */
const heldBackQueueMs = 50

/** After so many batches of blocks from a peer held back it is asked for one less: slowly, as on a long link they come in bursts. */
const heldBackBatches = 2

/** Before the first request. libtorrent's number. */
const depthAtStart = 4

/** A rate that grew by less over a second has stopped growing. libtorrent's number. */
const growthBytesPerSecond = 5000

/** How many requests to keep outstanding towards a peer, and what the next step needs to know. Times in milliseconds. */
export interface RequestDepth {
  readonly depth: number
  /** Requests it takes at once, as far as its rejects have taught us; at most `depthMax`, as if it took any number. */
  readonly queue: number
  /**
   * How many it is tried for beyond that when the second is over; one more after each second without a reject. Of a peer with a
   * short queue one request a second is rejected; a reject for another reason (a lost piece) is made up for in seconds.
   */
  readonly queueStep: number
  /** One more request per block that comes, so twice as many per round trip, until the rate stops growing. */
  readonly slowStart: boolean
  /** When the second now counted began, and what came in it and in the one before. */
  readonly secondStartedAt: number
  readonly bytesThisSecond: number
  readonly bytesLastSecond: number
  /** Batches of blocks, up to the last, that came while a limit held the peer back. */
  readonly heldBackInRow: number
}

/** Before the first request, and again when a snubbed peer delivers: 4 requests, as libtorrent. `at`: milliseconds. */
export function startDepth(at: number): RequestDepth {
  return {
    depth: depthAtStart,
    queue: depthMax,
    queueStep: 1,
    slowStart: true,
    secondStartedAt: at,
    bytesThisSecond: 0,
    bytesLastSecond: 0,
    heldBackInRow: 0,
  }
}

/**
 * The requests that a limit of bytes a second needs while it holds our reading back; one of a limit that is not told yet. Where a turn
 * takes more than a block it ends in the middle of one, which is asked for still: so one more, or the next turn would find too little.
 */
function heldBackDepth(limit: number): number {
  const blocks = (limit * heldBackQueueMs) / 1000 / blockBytes
  if (!Number.isFinite(blocks)) return 1
  return blocks > 1 ? Math.ceil(blocks) + 1 : 1
}

/**
 * The depth when the remote, which does not choke us, rejects requests (BEP 6) and leaves so many outstanding: that is how many it
 * takes at once, and slow start is over. The depth follows the rate again, as far as the queue, which is tried for more.
 */
export function rejectedDepth(state: RequestDepth, outstanding: number): RequestDepth {
  const queue = Math.min(state.queue, Math.max(depthMin, outstanding))
  return { ...state, depth: Math.min(state.depth, queue), queue, queueStep: 1, slowStart: false }
}

/** The depth when a limit of bytes a second is set: what it needs at least, no more than before or at the start. */
export function limitDepth(state: RequestDepth, limit: number): RequestDepth {
  return { ...state, depth: Math.min(state.depth, depthAtStart, heldBackDepth(limit)), slowStart: true }
}

/** What happened since the last step. */
export interface DepthFacts {
  /** Blocks that came. */
  readonly received: number
  /** The peer's download rate. */
  readonly rateBytesPerSecond: number
  /** It owes us blocks and delivers none: one request at a time, which is enough to see it come back. */
  readonly snubbed: boolean
  /** By a limit: more has come than we have been let read. */
  readonly heldBack: boolean
  /** That limit, bytes a second. */
  readonly limit: number
  /** Requests it takes at once, as it said, or `defaultReqq`: above, it rejects or silently drops them (BEP 10). */
  readonly reqq: number
  /** Milliseconds. */
  readonly at: number
}

/**
 * The depth after blocks came, or after a second without any. A snubbed peer has 1 and starts slowly again. While a limit holds it
 * back it is asked for less and less, down to what the limit needs; afterwards it starts slowly again too.
 */
export function nextDepth(
  state: RequestDepth,
  { received, rateBytesPerSecond, snubbed, heldBack, limit, reqq, at }: DepthFacts,
): RequestDepth {
  const { queue, queueStep } = state
  if (snubbed) return { ...startDepth(at), queue, queueStep, depth: 1 }
  const most = Math.min(queue, Math.max(1, reqq))
  if (heldBack) {
    const heldBackInRow = state.heldBackInRow + 1
    const wanted = heldBackInRow % heldBackBatches === 0 ? state.depth - 1 : state.depth
    return {
      ...startDepth(at),
      queue,
      queueStep,
      heldBackInRow,
      depth: Math.min(Math.max(wanted, heldBackDepth(limit)), most),
    }
  }
  const bytes = state.bytesThisSecond + received * blockBytes
  const elapsedMs = at - state.secondStartedAt
  const secondIsOver = elapsedMs >= 1000
  const bytesLastSecond = secondIsOver ? (bytes * 1000) / elapsedMs : state.bytesLastSecond
  const stoppedGrowing =
    secondIsOver && state.bytesLastSecond > 0 && bytesLastSecond < state.bytesLastSecond + growthBytesPerSecond
  const slowStart = state.slowStart && !stoppedGrowing
  const wanted = slowStart ? state.depth + received : Math.ceil((rateBytesPerSecond * queueMs) / 1000 / blockBytes)
  return {
    depth: Math.min(Math.max(wanted, depthMin), most),
    queue: secondIsOver ? Math.min(queue + queueStep, depthMax) : queue,
    queueStep: secondIsOver ? queueStep + 1 : queueStep,
    slowStart,
    secondStartedAt: secondIsOver ? at : state.secondStartedAt,
    bytesThisSecond: secondIsOver ? 0 : bytes,
    bytesLastSecond,
    heldBackInRow: 0,
  }
}
