import type { BatchedName } from './message-table.ts'
import type { Block, BlockRequest } from './messages.ts'
import type { WireSink } from './sink.ts'

/** Elements in one batch. A read of 256 KiB holds 16 full blocks, but 15 000 requests: a flood comes in portions. */
export const batchElementsMax = 512

type RequestName = Exclude<BatchedName, 'piece'>

/** What a batch is delivered to. */
export type BatchSink = Pick<WireSink, 'blocks' | 'message'>

/**
 * Consecutive `piece`, `request`, `cancel` or `reject_request` messages that are delivered as one: up to `batchElementsMax`, until one of
 * another name comes, or `flush`.
 */
export class Batch {
  readonly #sink: BatchSink
  /** What the run is of; one of the two, while there is a run. */
  #blocks: Block[] | undefined
  #requests: { readonly requests: BlockRequest[] } | undefined
  #requestName: RequestName = 'request'

  constructor(sink: BatchSink) {
    this.#sink = sink
  }

  /** Adds the block of a `piece` message. */
  addBlock(block: Block): void {
    if (!this.#blocks) {
      this.flush()
      this.#blocks = [block]
      return
    }
    this.#blocks.push(block)
    if (this.#blocks.length === batchElementsMax) this.flush()
  }

  /** Adds what a message of another of these names asks for or takes back. */
  addRequest(name: RequestName, request: BlockRequest): void {
    if (!this.#requests || this.#requestName !== name) {
      this.flush()
      this.#requestName = name
      this.#requests = { requests: [request] }
      return
    }
    this.#requests.requests.push(request)
    if (this.#requests.requests.length === batchElementsMax) this.flush()
  }

  /** Delivers what was added since, if anything was. */
  flush(): void {
    const blocks = this.#blocks
    const requests = this.#requests
    this.drop()
    if (blocks) this.#sink.blocks(blocks)
    if (requests) this.#sink.message(this.#requestName, requests)
  }

  /** Forgets what was added and not delivered. */
  drop(): void {
    this.#blocks = undefined
    this.#requests = undefined
  }
}
