import { readU32, viewOf } from './bytes.ts'
import { type IdentifiedName, messageById } from './message-table.ts'
import type { Block, BlockRequest, BlockStart, Message } from './messages.ts'

/** Where a frame has its id and its payload, and that of a `piece` message its data (BEP 3). */
const idAt = 4
const payloadAt = 5
const dataAt = payloadAt + 8

/** The names of the messages that travel in batches. */
export type BatchedName = 'request' | 'piece' | 'cancel' | 'reject_request'

/**
 * The message of this name whose payload stands from `from` to `to`. The caller has checked its length against the message
 * table. `bits` and `payload` are views of `bytes`.
 */
export function decode(
  name: Exclude<IdentifiedName, BatchedName>,
  bytes: Uint8Array,
  from: number,
  to: number,
): Message {
  switch (name) {
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'not_interested':
    case 'have_all':
    case 'have_none':
      return { name }
    case 'have':
    case 'suggest_piece':
    case 'allowed_fast':
      return { name, index: readU32(bytes, from) }
    case 'bitfield':
      return { name, bits: viewOf(bytes, from, to) }
    case 'port':
      return { name, port: ((bytes[from] as number) << 8) | (bytes[from + 1] as number) }
    case 'extended':
      return { name, id: bytes[from] as number, payload: viewOf(bytes, from + 1, to) }
  }
}

/** The block in a `piece` message's payload; its data is a view of `bytes`. */
export function decodeBlock(bytes: Uint8Array, from: number, to: number): Block {
  return { index: readU32(bytes, from), begin: readU32(bytes, from + 4), data: viewOf(bytes, from + 8, to) }
}

/** The block whose first data stands in the first `length` bytes of a frame; undefined when those hold none. */
export function decodeBlockStart(frame: Uint8Array, length: number): BlockStart | undefined {
  if (length <= dataAt || messageById(frame[idAt] as number)?.name !== 'piece') return undefined
  return { index: readU32(frame, payloadAt), begin: readU32(frame, payloadAt + 4) }
}

/** The block that the payload of a `request`, `cancel` or `reject_request` names. */
export function decodeBlockRequest(bytes: Uint8Array, from: number): BlockRequest {
  return { index: readU32(bytes, from), begin: readU32(bytes, from + 4), length: readU32(bytes, from + 8) }
}
