import type { WebSeedFailure } from './failure.ts'

/** One request over HTTP/1.1 for a part of a file. */
export interface RangeGet {
  readonly url: URL
  /** The IP addresses of its host, which were looked up and looked at before, best first; at least one. */
  readonly hosts: readonly string[]
  /** Bytes of the file, from `begin` to before `end`. */
  readonly begin: number
  readonly end: number
}

/** What stands above the body of an answer. */
export interface RangeHead {
  readonly status: number
  readonly location?: string | undefined
  readonly contentRange?: string | undefined
  readonly contentLength?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly retryAfter?: string | undefined
  readonly date?: string | undefined
}

/** What a request is told; nothing from inside `get`, and nothing after `ended`, `failed` or its own `destroy`. */
export interface RangeTold {
  /** Once, and first. */
  head(head: RangeHead): void
  /** Bytes of the body, in order. The memory is not written to any more. */
  data(chunk: Uint8Array): void
  /** The body is whole. */
  ended(): void
  failed(failure: WebSeedFailure): void
}

/** A request under way. */
export interface RangeRequest {
  /** The body is read no more, and again. */
  pause(): void
  resume(): void
  /** Nothing is told any more. Idempotent, also when it is over. */
  destroy(): void
}

/** What makes requests one after another, by one connection as far as the server keeps it. */
export interface HttpLane {
  /** One request at a time. */
  get(get: RangeGet, told: RangeTold): RangeRequest
  /** Ends the connection. */
  close(): void
}

/** Makes a lane: by Node's HTTP, or a simulated one. */
export type OpenHttpLane = () => HttpLane
