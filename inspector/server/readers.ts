import type { ServerResponse } from 'node:http'
import type { Batch } from '../protocol.ts'

/** Pages at once. */
export const readersMax = 16

/** A page that has not read for so long is cut, in milliseconds. */
const silentMs = 30_000

interface Reader {
  readonly response: ServerResponse
  /** Since when its socket is full, in milliseconds: it is told nothing until it has read. */
  fullSince: number | undefined
  /** It was left out meanwhile, and is told everything then. */
  hasMissed: boolean
}

/**
 * The pages that read the feed, as server-sent events. A page that reads slowly is left out of what happens meanwhile, so nothing of it
 * piles up here, and begins anew when it has caught up.
 */
export class Readers {
  readonly #all = new Set<Reader>()
  readonly #first: () => Batch
  readonly #now: () => number
  #wasAny = false

  /** `first`: all there is. `now`: milliseconds. */
  constructor({ first, now }: { readonly first: () => Batch; readonly now: () => number }) {
    this.#first = first
    this.#now = now
  }

  /** There is or was one. */
  get wasAny(): boolean {
    return this.#wasAny
  }

  get count(): number {
    return this.#all.size
  }

  /** One more page. Answers false when there are too many. */
  add(response: ServerResponse): boolean {
    if (this.#all.size >= readersMax) return false
    const reader: Reader = { response, fullSince: undefined, hasMissed: false }
    this.#all.add(reader)
    this.#wasAny = true
    response.on('close', () => this.#all.delete(reader))
    response.on('drain', () => {
      reader.fullSince = undefined
      if (!reader.hasMissed) return
      reader.hasMissed = false
      this.#write(reader, framed(this.#first()))
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.#write(reader, framed(this.#first()))
    return true
  }

  /** Tells all pages that can hear it. */
  tell(batch: Batch): void {
    if (this.#all.size === 0) return
    const frame = framed(batch)
    for (const reader of this.#all) {
      if (reader.fullSince === undefined) {
        this.#write(reader, frame)
        continue
      }
      reader.hasMissed = true
      if (this.#now() - reader.fullSince > silentMs) reader.response.destroy()
    }
  }

  /** Ends them all. */
  stop(): void {
    for (const { response } of this.#all) response.destroy()
    this.#all.clear()
  }

  #write(reader: Reader, frame: string): void {
    if (!reader.response.write(frame)) reader.fullSince ??= this.#now()
  }
}

const framed = (batch: Batch): string => `data: ${JSON.stringify(batch)}\n\n`
