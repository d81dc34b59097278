import type { SimulatedClock, SimulatedTimer } from '../transport/simulated-clock.ts'
import type { WebSeedFailure } from '../transport/web-seed/failure.ts'
import type { OpenHttpLane, RangeGet, RangeHead, RangeRequest, RangeTold } from '../transport/web-seed/http.ts'
import type { WebSeedNetwork } from '../transport/web-seed/network.ts'

/** What a server answers: a head, and the chunks of its body, each after a while; or nothing at all, or that nobody can be asked. */
export type WebAnswer =
  | {
      readonly head: RangeHead
      readonly body?: Iterable<Uint8Array>
      /** From one chunk to the next. Default 1. */
      readonly everyMs?: number
      /** It hangs up behind the last chunk. Default: the body is whole. */
      readonly breaksOff?: boolean
    }
  | WebSeedFailure
  | 'silence'

/** What serves a host: by the path, and what was asked for. */
export type WebServing = (get: RangeGet) => WebAnswer

/** Bytes in chunks of 64 KiB, as Node reads a socket. */
export function* chunked(bytes: Uint8Array, chunkBytes = 65_536): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes)
}

/** A server that gives the parts of a file that it is asked for. */
export const rangesOf =
  (data: Uint8Array): WebServing =>
  ({ begin, end }) => ({
    head: {
      status: 206,
      contentRange: `bytes ${begin}-${end - 1}/${data.length}`,
      contentLength: String(end - begin),
    },
    body: chunked(data.subarray(begin, end)),
  })

/** One that has not the file. */
export const status =
  (code: number, head: Partial<RangeHead> = {}): WebServing =>
  () => ({ head: { status: code, ...head } })

/** Servers of HTTP in virtual time; names are looked up to what is said, or are as they are given. */
export function createWebNetwork(clock: SimulatedClock, { latencyMs = 20 }: { readonly latencyMs?: number } = {}) {
  const servers = new Map<string, WebServing>()
  const names = new Map<string, readonly string[]>()
  const asked: RangeGet[] = []
  /** Requests under way, and lanes that are open. */
  const open = new Set<RangeRequest>()
  const lanes = new Set<object>()

  const openLane: OpenHttpLane = () => {
    const lane = {
      get: (get: RangeGet, told: RangeTold) => {
        asked.push(get)
        const request = new FakeRequest(clock, told, () => open.delete(request))
        open.add(request)
        const serving = servers.get(get.url.host)
        request.begin(
          latencyMs,
          serving ? () => serving(get) : () => ({ fault: 'unreachable', message: 'nothing listens there' }),
        )
        return request
      },
      close: () => void lanes.delete(lane),
    }
    lanes.add(lane)
    return lane
  }
  const network: WebSeedNetwork = {
    openLane,
    resolve: (host, done) => done(names.get(host) ?? [host]),
  }
  return {
    network,
    /** What was asked, in order. */
    asked,
    open,
    lanes,
    serve: (host: string, serving: WebServing) => void servers.set(host, serving),
    name: (host: string, addresses: readonly string[]) => void names.set(host, addresses),
  }
}

class FakeRequest implements RangeRequest {
  readonly #clock: SimulatedClock
  readonly #told: RangeTold
  readonly #over: () => void
  #timer: SimulatedTimer | undefined
  #isPaused = false
  #isOver = false
  #next: (() => void) | undefined

  constructor(clock: SimulatedClock, told: RangeTold, over: () => void) {
    this.#clock = clock
    this.#told = told
    this.#over = over
  }

  begin(latencyMs: number, answer: () => WebAnswer): void {
    this.#later(latencyMs, () => {
      const answered = answer()
      if (answered === 'silence') return
      if ('fault' in answered) this.#end(() => this.#told.failed(answered))
      else this.#tell(answered)
    })
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    const next = this.#next
    this.#next = undefined
    if (next) this.#later(0, next)
  }

  destroy(): void {
    this.#end(() => {})
  }

  #tell({ head, body = [], breaksOff = false, everyMs = 1 }: Exclude<WebAnswer, string | WebSeedFailure>): void {
    const chunks = body[Symbol.iterator]()
    const step = () => {
      const { done, value } = chunks.next()
      if (!done) {
        this.#told.data(value)
        this.#later(everyMs, step)
      } else if (breaksOff) this.#end(() => this.#told.failed({ fault: 'unreachable', message: 'it hung up' }))
      else this.#end(() => this.#told.ended())
    }
    this.#told.head(head)
    this.#later(everyMs, step)
  }

  #later(ms: number, step: () => void): void {
    if (this.#isOver) return
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#isPaused) this.#next = step
      else step()
    }, ms)
  }

  #end(tell: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#clock.clearTimeout(this.#timer)
    this.#over()
    tell()
  }
}
