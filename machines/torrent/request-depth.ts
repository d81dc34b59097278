import { blockBytes } from './layout.ts'

/** Requests a peer takes at once when its extended handshake names no `reqq` (BEP 10: libtorrent's default). */
export const defaultReqq = 250

/** Requests outstanding towards one peer, whatever it allows. libtorrent's `max_out_request_queue`. */
export const depthMax = 500

/** Keeps a link busy while one block is under way. libtorrent's `min_request_queue`. */
const depthMin = 2

/** Requests cover what comes in this time. libtorrent's `request_queue_time`. */
const queueMs = 3000

/** A rate that grew by less over a second has stopped growing. libtorrent's number. */
const growthBytesPerSecond = 5000

/** How many requests to keep outstanding towards a peer, and what the next step needs to know. Times in milliseconds. */
export interface RequestDepth {
  readonly depth: number
  /** One more request per block that comes, so twice as many per round trip, until the rate stops growing. */
  readonly slowStart: boolean
  /** When the second now counted began, and what came in it and in the one before. */
  readonly secondStartedAt: number
  readonly bytesThisSecond: number
  readonly bytesLastSecond: number
}

/** Before the first request, and again when a snubbed peer delivers: 4 requests, as libtorrent. `at`: milliseconds. */
export function startDepth(at: number): RequestDepth {
  return { depth: 4, slowStart: true, secondStartedAt: at, bytesThisSecond: 0, bytesLastSecond: 0 }
}

/** What happened since the last step. */
export interface DepthFacts {
  /** Blocks that came. */
  readonly received: number
  /** The peer's download rate. */
  readonly rateBytesPerSecond: number
  /** It owes us blocks and delivers none: one request at a time, which is enough to see it come back. */
  readonly snubbed: boolean
  /** Requests it takes at once, as it said, or `defaultReqq`: above, it rejects or silently drops them (BEP 10). */
  readonly reqq: number
  /** Milliseconds. */
  readonly at: number
}

/** The depth after blocks came, or after a second without any. A snubbed peer has 1 and starts slowly again. */
export function nextDepth(
  state: RequestDepth,
  { received, rateBytesPerSecond, snubbed, reqq, at }: DepthFacts,
): RequestDepth {
  if (snubbed) return { ...startDepth(at), depth: 1 }
  const bytes = state.bytesThisSecond + received * blockBytes
  const elapsedMs = at - state.secondStartedAt
  const secondIsOver = elapsedMs >= 1000
  const bytesLastSecond = secondIsOver ? (bytes * 1000) / elapsedMs : state.bytesLastSecond
  const stoppedGrowing =
    secondIsOver && state.bytesLastSecond > 0 && bytesLastSecond < state.bytesLastSecond + growthBytesPerSecond
  const slowStart = state.slowStart && !stoppedGrowing
  const wanted = slowStart ? state.depth + received : Math.ceil((rateBytesPerSecond * queueMs) / 1000 / blockBytes)
  return {
    depth: Math.min(Math.max(wanted, depthMin), depthMax, Math.max(1, reqq)),
    slowStart,
    secondStartedAt: secondIsOver ? at : state.secondStartedAt,
    bytesThisSecond: secondIsOver ? 0 : bytes,
    bytesLastSecond,
  }
}
