import { readU32, viewOf } from './bytes.ts'
import { headerBytes, lengthBytes } from './frame.ts'
import { messageById, type Writing, writings } from './message-table.ts'
import type { Block, BlockRequest, BlockStart, MessageFields, MessageName, ReceivedMessage } from './messages.ts'

/** Where the frame of a `piece` message has its data (BEP 3). */
const dataAt = headerBytes + 8

/** The block in a `piece` message's payload; its data is a view of `bytes`. */
export function decodeBlock(bytes: Uint8Array, from: number, to: number): Block {
  return { index: readU32(bytes, from), begin: readU32(bytes, from + 4), data: viewOf(bytes, from + 8, to) }
}

/** The block whose first data stands in the first `length` bytes of a frame; undefined when those hold none. */
export function decodeBlockStart(frame: Uint8Array, length: number): BlockStart | undefined {
  if (length <= dataAt || messageById(frame[lengthBytes] as number)?.name !== 'piece') return undefined
  return { index: readU32(frame, headerBytes), begin: readU32(frame, headerBytes + 4) }
}

/** The block that the payload of a `request`, `cancel` or `reject_request` names. */
export function decodeBlockRequest(bytes: Uint8Array, from: number): BlockRequest {
  return { index: readU32(bytes, from), begin: readU32(bytes, from + 4), length: readU32(bytes, from + 8) }
}

/** A message as the event that it is when it was received. */
export function receivedMessage<Name extends MessageName>(
  name: Name,
  fields: MessageFields[Name],
): ReceivedMessage<Name> {
  const { received }: Writing<Name> = writings[name]
  return { type: received, ...fields }
}
