import type { ServerResponse } from 'node:http'
import type { Batch } from '../protocol/protocol.ts'

/** Pages at once. */
export const readersMax = 16

/** A page that has not read for so long is cut, in milliseconds. */
const silentMs = 30_000

/** A page that was left out is told all there is anew no oftener than this, in milliseconds: making that takes its time. */
const anewMs = 2_000

interface Reader {
  readonly response: ServerResponse
  /** Since when its socket is full, in milliseconds: it is told nothing until it has read. */
  fullSince: number | undefined
  /** It was left out meanwhile, and is told everything then. */
  hasMissed: boolean
  /** When it was told all there is. */
  anewAt: number
}

/**
 * The pages that are open, each by a stream of server-sent events. One that reads slowly is left out of what happens meanwhile, so nothing of
 * it piles up here, and begins anew when it has caught up. One that rests is told nothing but that the program ends.
 */
export class Readers {
  readonly #reading = new Set<Reader>()
  readonly #resting = new Set<ServerResponse>()
  readonly #first: () => Batch
  readonly #now: () => number
  #wasAny = false
  /** All there is, until the next batch: pages that come at once are told the same. */
  #all: string | undefined

  /** `first`: all there is. `now`: milliseconds. */
  constructor({ first, now }: { readonly first: () => Batch; readonly now: () => number }) {
    this.#first = first
    this.#now = now
  }

  /** There is or was one. */
  get wasAny(): boolean {
    return this.#wasAny
  }

  /** Pages that are open, and those of them that read the feed. */
  get open(): number {
    return this.#reading.size + this.#resting.size
  }

  get reading(): number {
    return this.#reading.size
  }

  /** One more page. Answers false when there are too many. */
  add(response: ServerResponse): boolean {
    if (!this.#begin(response)) return false
    const reader: Reader = { response, fullSince: undefined, hasMissed: false, anewAt: 0 }
    this.#reading.add(reader)
    response.on('close', () => this.#reading.delete(reader))
    response.on('drain', () => {
      reader.fullSince = undefined
    })
    this.#tellAll(reader)
    return true
  }

  /** A page that is open, and that nobody looks at. Answers false when there are too many. */
  addResting(response: ServerResponse): boolean {
    if (!this.#begin(response)) return false
    this.#resting.add(response)
    response.on('close', () => this.#resting.delete(response))
    response.write(': resting\n\n')
    return true
  }

  /** A turn is over: tells all pages that can hear it what has changed, if anything has. */
  tell(batch: Batch | undefined): void {
    this.#all = undefined
    if (this.#reading.size === 0) return
    const frame = batch && framed(batch)
    const now = this.#now()
    for (const reader of this.#reading) {
      if (reader.fullSince !== undefined) {
        reader.hasMissed ||= frame !== undefined
        if (now - reader.fullSince > silentMs) reader.response.destroy()
      } else if (!reader.hasMissed) {
        if (frame !== undefined) this.#write(reader, frame)
      } else if (now - reader.anewAt >= anewMs) this.#tellAll(reader)
    }
  }

  /** Ends them all: the program ends. */
  stop(): void {
    for (const response of [...this.#resting, ...[...this.#reading].map((reader) => reader.response)])
      response.end('event: over\ndata: {}\n\n')
    this.#reading.clear()
    this.#resting.clear()
  }

  #begin(response: ServerResponse): boolean {
    if (this.open >= readersMax) return false
    this.#wasAny = true
    // It is not broken off for being quiet.
    response.socket?.setTimeout(0)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return true
  }

  #tellAll(reader: Reader): void {
    reader.hasMissed = false
    reader.anewAt = this.#now()
    this.#all ??= framed(this.#first())
    this.#write(reader, this.#all)
  }

  #write(reader: Reader, frame: string): void {
    if (!reader.response.write(frame)) reader.fullSince ??= this.#now()
  }
}

const framed = (batch: Batch): string => `data: ${JSON.stringify(batch)}\n\n`
