import { writeU32 } from './bytes.ts'
import { headerBytes, requireInteger, writeHeader } from './frame.ts'
import { type AnyWriting, messageTable, writings } from './message-table.ts'
import type { Message, MessageName, SentMessage } from './messages.ts'

const haveFrameBytes = headerBytes + 4

/**
 * The chunks to write for `message`, in order. Every chunk is fresh memory of the caller's own, but for the data of a
 * `piece`'s blocks, which stands there by reference: encryption copies that first. A batch of no elements is no bytes.
 *
 * Throws RangeError for what no remote could read: a number that is not an integer or does not fit its field, a block without
 * bytes, a `request` or `cancel` of length 0 (a `reject_request` repeats whatever the remote asked for, also that), a
 * bitfield without bytes, port 0.
 */
export const encode = <Name extends MessageName>(message: Message<Name>): Uint8Array[] =>
  writings[message.name].write(message)

const writingsBySent = new Map<string, AnyWriting>(Object.values(writings).map((writing) => [writing.sent, writing]))

/** As `encode`, for a message as a peer sends it. */
export function encodeSent(message: SentMessage): Uint8Array[] {
  const writing = writingsBySent.get(message.type)
  if (writing) return writeSent(writing, message)
  throw new TypeError(`${message.type} is no message`)
}

/** A `have` for each index, one message behind the other. Throws RangeError for an index that is no u32. */
export function encodeHaves(indexes: readonly number[]): Uint8Array {
  const { name, id } = messageTable.have
  const bytes = new Uint8Array(indexes.length * haveFrameBytes)
  let at = 0
  for (const index of indexes) {
    requireInteger(name, 'index', index, 0, 0xffff_ffff)
    writeHeader(bytes, at, id, 4)
    writeU32(bytes, at + headerBytes, index)
    at += haveFrameBytes
  }
  return bytes
}

function writeSent<Name extends MessageName>(writing: AnyWriting<Name>, message: SentMessage): Uint8Array[] {
  return isSentAs(message, writing) ? writing.write(message) : []
}

const isSentAs = <Name extends MessageName>(
  message: SentMessage,
  { sent }: AnyWriting<Name>,
): message is SentMessage & SentMessage<Name> => message.type === sent
