import { writeU32 } from '../wire/bytes.ts'
import { headerBytes, writeHeader } from '../wire/frame.ts'
import { messageTable } from '../wire/message-table.ts'
import type { BlockRequest } from '../wire/messages.ts'

const bytesBeforeData = headerBytes + 8

/** Cuts bytes that come one behind the other into blocks, each a whole `piece` message: the one copy more than by TCP. */
export class BlockFiller {
  readonly #blocks: readonly BlockRequest[]
  readonly #deliver: (message: Uint8Array) => void
  #next = 0
  #message: Uint8Array | undefined
  #filled = 0

  constructor(blocks: readonly BlockRequest[], deliver: (message: Uint8Array) => void) {
    this.#blocks = blocks
    this.#deliver = deliver
  }

  /** Bytes that the blocks go on with; none beyond the last. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const message = this.#current()
      if (!message) return
      const part = bytes.subarray(at, at + message.length - this.#filled)
      message.set(part, this.#filled)
      at += part.length
      this.#advance(part.length)
    }
  }

  /** So many zeros. */
  pushZeros(count: number): void {
    for (let left = count; left > 0; ) {
      const message = this.#current()
      if (!message) return
      const part = Math.min(left, message.length - this.#filled)
      left -= part
      this.#advance(part)
    }
  }

  #current(): Uint8Array | undefined {
    const block = this.#blocks[this.#next]
    if (!block) return undefined
    this.#message ??= this.#begin(block)
    return this.#message
  }

  #begin({ index, begin, length }: BlockRequest): Uint8Array {
    const message = new Uint8Array(bytesBeforeData + length)
    writeHeader(message, 0, messageTable.piece.id, 8 + length)
    writeU32(message, headerBytes, index)
    writeU32(message, headerBytes + 4, begin)
    this.#filled = bytesBeforeData
    return message
  }

  #advance(count: number): void {
    this.#filled += count
    const message = this.#message
    if (!message || this.#filled < message.length) return
    this.#message = undefined
    this.#next++
    this.#deliver(message)
  }
}
