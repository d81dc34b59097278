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
  #isOver = false

  constructor(sink: BatchSink) {
    this.#sink = sink
  }

  /** Adds the block of a `piece` message. Answers whether a batch was delivered. */
  addBlock(block: Block): boolean {
    if (!this.#blocks) {
      const isDelivered = this.flush()
      this.#blocks = [block]
      return isDelivered
    }
    this.#blocks.push(block)
    return this.#blocks.length === batchElementsMax && this.flush()
  }

  /** Adds what a message of another of these names asks for or takes back. Answers whether a batch was delivered. */
  addRequest(name: RequestName, request: BlockRequest): boolean {
    if (!this.#requests || this.#requestName !== name) {
      const isDelivered = this.flush()
      this.#requestName = name
      this.#requests = { requests: [request] }
      return isDelivered
    }
    this.#requests.requests.push(request)
    return this.#requests.requests.length === batchElementsMax && this.flush()
  }

  /** Delivers what was added since, if anything was. Answers whether anything was. */
  flush(): boolean {
    if (this.#isOver) return false
    const blocks = this.#blocks
    const requests = this.#requests
    this.#blocks = undefined
    this.#requests = undefined
    if (blocks) this.#sink.blocks(blocks)
    if (requests) this.#sink.message(this.#requestName, requests)
    return blocks !== undefined || requests !== undefined
  }

  /** Delivers nothing any more. */
  stop(): void {
    this.#isOver = true
    this.#blocks = undefined
    this.#requests = undefined
  }
}
