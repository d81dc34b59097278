import type { Clock } from '../clock.ts'
import { isRedirect } from '../redirect.ts'
import { BlockFiller } from './block-filler.ts'
import { dripBytes, webSeedDelays } from './delays.ts'
import type { WebSeedFailure } from './failure.ts'
import type { HttpLane, RangeHead, RangeRequest } from './http.ts'
import type { Found, Place, Places } from './places.ts'
import { judge } from './range-answer.ts'
import type { Run } from './waiting-requests.ts'
import { type FilePart, partsOf, type WebSeedFile } from './web-seed-content.ts'

/** What a fetch works with, and tells. */
export interface RunFetchParts {
  readonly run: Run
  readonly files: readonly WebSeedFile[]
  readonly places: Places
  readonly lane: HttpLane
  readonly clock: Clock
  /** A `piece` message of the run. */
  readonly deliver: (message: Uint8Array) => void
  /** Of what was asked for, as much as counts has come. */
  readonly answered: () => void
  /** Once, and last: everything came, or why not. */
  readonly done: (failure?: WebSeedFailure) => void
}

/** Fetches the bytes of one run, file by file, by one lane. */
export class RunFetch {
  readonly #parts: RunFetchParts
  readonly #filler: BlockFiller
  readonly #todo: FilePart[]
  #request: RangeRequest | undefined
  /** Bytes of the body to pass over, and then to take, before the part is whole. */
  #passOver = 0
  /** The part that was looked for anew, as its place was known from before and had it no more. */
  #soughtAnew: FilePart | undefined
  #left = 0
  /** It has said that its body ends there: then the connection may be used again. */
  #endsItself = false
  #isOver = false
  #isPaused = false
  #pausedAt = 0
  /** When something last came, or was asked. */
  #heardAt = 0
  /** When as much had come as is no drip, and what came since. */
  #flowedAt = 0
  #sinceThen = 0
  #timer: unknown

  constructor(parts: RunFetchParts) {
    this.#parts = parts
    const { files, run } = parts
    this.#filler = new BlockFiller(run.blocks, parts.deliver)
    this.#todo = [...partsOf(files, run.begin, run.end)].reverse()
  }

  /** Begins. It may deliver within the call. */
  begin(): void {
    this.#hear()
    this.#flowedAt = this.#heardAt
    this.#watch()
    this.#next()
  }

  /** Nothing is read any more, and again. */
  pause(): void {
    if (!this.#isPaused) this.#pausedAt = this.#parts.clock.now()
    this.#isPaused = true
    this.#request?.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    const pausedFor = this.#parts.clock.now() - this.#pausedAt
    this.#heardAt += pausedFor
    this.#flowedAt += pausedFor
    if (this.#timer === undefined) this.#watch()
    this.#request?.resume()
  }

  /** Nothing is told any more. */
  destroy(): void {
    this.#isOver = true
    this.#parts.clock.clearTimeout(this.#timer)
    this.#request?.destroy()
  }

  #next(): void {
    const { files, places } = this.#parts
    while (!this.#isOver) {
      const part = this.#todo.pop()
      if (!part) {
        this.#end()
        return
      }
      if (!files[part.file]?.pad) {
        places.find(part.file, (found) => this.#ask(part, found))
        return
      }
      this.#filler.pushZeros(part.end - part.begin)
    }
  }

  #ask(part: FilePart, found: Found): void {
    if (this.#isOver) return
    if ('failure' in found) {
      this.#end(found.failure)
      return
    }
    const { begin, end } = part
    this.#hear()
    const { hosts, url } = found
    this.#request = this.#parts.lane.get(
      { url, hosts, begin, end },
      {
        head: (head) => this.#take(part, found, head),
        data: (chunk) => this.#data(chunk),
        ended: () => this.#ended(),
        failed: (failure) => this.#end(failure),
      },
    )
    if (this.#isPaused) this.#request.pause()
  }

  #take(part: FilePart, place: Place, head: RangeHead): void {
    this.#hear()
    const { files, places } = this.#parts
    const { begin, end } = part
    if (isRedirect(head.status) && head.location !== undefined) {
      this.#request?.destroy()
      places.follow(part.file, head.location, place, (found) => this.#ask(part, found))
      return
    }
    const reading = judge(head, { file: part.file, begin, end, length: files[part.file]?.length ?? 0 })
    if ('passOver' in reading) {
      this.#passOver = reading.passOver
      this.#left = end - begin
      this.#endsItself = Number(head.contentLength) === this.#passOver + this.#left
      return
    }
    // Once a part: whoever sends us on may send us to the same place again.
    if (reading.failure.fault !== 'busy' && this.#soughtAnew !== part && places.forget(part.file)) {
      this.#soughtAnew = part
      this.#request?.destroy()
      places.find(part.file, (found) => this.#ask(part, found))
    } else this.#end(reading.failure)
  }

  #data(chunk: Uint8Array): void {
    this.#hear()
    const passed = Math.min(this.#passOver, chunk.length)
    this.#passOver -= passed
    const bytes = chunk.subarray(passed, passed + this.#left)
    this.#left -= bytes.length
    this.#count(chunk.length)
    this.#filler.push(bytes)
    if (this.#isOver || this.#left > 0) return
    const isTooMuch = chunk.length > passed + bytes.length
    if (this.#endsItself && !isTooMuch) return
    // Whatever else it has to say was not asked for.
    this.#request?.destroy()
    this.#next()
  }

  #ended(): void {
    if (this.#left === 0) this.#next()
    else this.#end({ fault: 'unreachable', message: 'it ended the answer before all of it had come' })
  }

  #end(failure?: WebSeedFailure): void {
    if (this.#isOver) return
    this.destroy()
    this.#parts.done(failure)
  }

  #hear(): void {
    this.#heardAt = this.#parts.clock.now()
  }

  /** So many bytes came: whether that is no drip. */
  #count(byteCount: number): void {
    this.#sinceThen += byteCount
    const isEnough = this.#sinceThen >= dripBytes
    if (isEnough) {
      this.#sinceThen = 0
      this.#flowedAt = this.#heardAt
    }
    if (isEnough || this.#left === 0) this.#parts.answered()
  }

  /** One timer a run, not one a read: it looks when something last came, and how much. */
  #watch(): void {
    this.#timer = undefined
    if (this.#isPaused) return
    const { clock } = this.#parts
    const { dripMs, silentMs } = webSeedDelays
    const now = clock.now()
    const silentFor = now - this.#heardAt
    const drippedFor = now - this.#flowedAt
    if (silentFor >= silentMs) this.#end({ fault: 'silent', message: `nothing has come for ${silentMs / 1_000} s` })
    else if (drippedFor >= dripMs) {
      this.#end({ fault: 'silent', message: `less than ${dripBytes} bytes have come in ${dripMs / 1_000} s` })
    } else this.#timer = clock.setTimeout(() => this.#watch(), Math.min(silentMs - silentFor, dripMs - drippedFor))
  }
}
