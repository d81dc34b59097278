import type { BlockRequest } from '../wire/messages.ts'

/** The most bytes that are asked for by one request over HTTP (libtorrent's `urlseed_max_request_bytes`). */
export const runBytesMax = 16 * 1024 * 1024

/** Blocks that stand one behind the other in the torrent: its bytes from `begin` to before `end`. */
export interface Run {
  readonly begin: number
  readonly end: number
  readonly blocks: readonly BlockRequest[]
}

/** Requests that have not been passed on to the server, in the order in which they came. */
export class WaitingRequests {
  readonly #pieceLength: number
  /** By their first bytes in the torrent. */
  readonly #requests = new Map<number, BlockRequest>()

  constructor(pieceLength: number) {
    this.#pieceLength = pieceLength
  }

  add(request: BlockRequest): void {
    this.#requests.set(this.#offsetOf(request), request)
  }

  /** It waits no more; false where it did not. */
  cancel(request: BlockRequest): boolean {
    return this.#requests.delete(this.#offsetOf(request))
  }

  clear(): void {
    this.#requests.clear()
  }

  /** Takes the oldest, and those that stand behind it in the torrent, without a gap. */
  next(): Run | undefined {
    const [first] = this.#requests.keys()
    if (first === undefined) return undefined
    const blocks: BlockRequest[] = []
    let end = first
    for (let next = this.#requests.get(end); next; next = this.#requests.get(end)) {
      if (blocks.length > 0 && end + next.length - first > runBytesMax) break
      this.#requests.delete(end)
      blocks.push(next)
      end += next.length
    }
    return { begin: first, end, blocks }
  }

  #offsetOf({ index, begin }: BlockRequest): number {
    return index * this.#pieceLength + begin
  }
}
