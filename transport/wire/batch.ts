import type { BatchedName } from './decode.ts'
import type { Block, BlockRequest, Message } from './messages.ts'

/** Elements in one batch. A read of 256 KiB holds 16 full blocks, but 15 000 requests: a flood comes in portions. */
export const batchElementsMax = 512

type Run =
  | { readonly name: 'piece'; readonly blocks: Block[] }
  | { readonly name: Exclude<BatchedName, 'piece'>; readonly requests: BlockRequest[] }

/**
 * Consecutive `piece`, `request`, `cancel` or `reject_request` messages that are delivered as one: up to `batchElementsMax`, until one of
 * another name comes, or `flush`.
 */
export class Batch {
  readonly #deliver: (message: Message) => void
  #run: Run | undefined

  constructor(deliver: (message: Message) => void) {
    this.#deliver = deliver
  }

  /** Adds the block of a `piece` message. */
  addBlock(block: Block): void {
    if (this.#run?.name === 'piece') {
      this.#run.blocks.push(block)
      if (this.#run.blocks.length === batchElementsMax) this.flush()
    } else {
      this.flush()
      this.#run = { name: 'piece', blocks: [block] }
    }
  }

  /** Adds what a message of another of these names asks for or takes back. */
  addRequest(name: Exclude<BatchedName, 'piece'>, request: BlockRequest): void {
    if (this.#run?.name === name) {
      this.#run.requests.push(request)
      if (this.#run.requests.length === batchElementsMax) this.flush()
    } else {
      this.flush()
      this.#run = { name, requests: [request] }
    }
  }

  /** Delivers what was added since, if anything was. */
  flush(): void {
    const run = this.#run
    this.#run = undefined
    if (run !== undefined) this.#deliver(run)
  }

  /** Forgets what was added and not delivered. */
  drop(): void {
    this.#run = undefined
  }
}
