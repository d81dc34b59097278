import { lengthBytes } from './frame.ts'
import type { MessageFields, MessageName } from './messages.ts'
import {
  bitfield,
  blockRequests,
  blocks,
  extension,
  index,
  nothing,
  type Payload,
  type PlainPayload,
  port,
} from './payloads.ts'

/** The name of a message that has an id: every one but `keep_alive`, whose frame is empty. */
export type IdentifiedName = Exclude<MessageName, 'keep_alive'>

/** The names of the messages that travel in batches. */
export type BatchedName = 'request' | 'piece' | 'cancel' | 'reject_request'

/** The names of the messages with an id that travel one by one. */
export type PlainName = Exclude<IdentifiedName, BatchedName>

/** What a message is called, and how it is written. */
export interface Writing<Name extends MessageName> {
  readonly name: Name
  /** The events it is when it was received, and when it is to be sent. */
  readonly received: `wire.${Name}`
  readonly sent: `send.${Name}`
  readonly write: (fields: MessageFields[Name]) => Uint8Array[]
}

/** What the wire says about a message: its id, the BEP that defines it, and how many bytes may follow the id. */
interface Row<Name extends IdentifiedName> extends Writing<Name> {
  readonly id: number
  readonly bep: number
  readonly payloadBytesMin: number
  /** `Infinity` where only the frame limit bounds it. */
  readonly payloadBytesMax: number
}

interface PlainRow<Name extends PlainName> extends Row<Name> {
  readonly read: PlainPayload<MessageFields[Name]>['read']
}

/** A row of the table. */
export type MessageRow = BatchedMessageRow | PlainMessageRow
type BatchedMessageRow = { [Name in BatchedName]: Row<Name> }[BatchedName]
/** The row of a message that travels by itself. */
export type PlainMessageRow<Names extends PlainName = PlainName> = { [Name in Names]: PlainRow<Name> }[Names]

/**
 * Every message that has an id, by its BEP name. Encoder and reader take ids, lengths and payloads from here and from nowhere else: with
 * its fields in `messages.ts` and its row here a message can be sent and received.
 */
export const messageTable = {
  choke: plain('choke', 0, 3, nothing),
  unchoke: plain('unchoke', 1, 3, nothing),
  interested: plain('interested', 2, 3, nothing),
  not_interested: plain('not_interested', 3, 3, nothing),
  have: plain('have', 4, 3, index),
  bitfield: plain('bitfield', 5, 3, bitfield),
  request: batched('request', 6, 3, blockRequests(1)),
  piece: batched('piece', 7, 3, blocks),
  cancel: batched('cancel', 8, 3, blockRequests(1)),
  port: plain('port', 9, 5, port),
  suggest_piece: plain('suggest_piece', 13, 6, index),
  have_all: plain('have_all', 14, 6, nothing),
  have_none: plain('have_none', 15, 6, nothing),
  reject_request: batched('reject_request', 16, 6, blockRequests(0)),
  allowed_fast: plain('allowed_fast', 17, 6, index),
  extended: plain('extended', 20, 10, extension),
} as const satisfies { readonly [Name in IdentifiedName]: Row<Name> }

/** `keep_alive`, a frame of no bytes. */
export const keepAlive: Writing<'keep_alive'> = {
  name: 'keep_alive',
  received: 'wire.keep_alive',
  sent: 'send.keep_alive',
  write: () => [new Uint8Array(lengthBytes)],
}

/** How every message is written, by its name. */
export const writings: { readonly [Name in MessageName]: Writing<Name> } = { keep_alive: keepAlive, ...messageTable }

/** The same, one of them. */
export type AnyWriting<Names extends MessageName = MessageName> = { [Name in Names]: Writing<Name> }[Names]

const rowsById: readonly (MessageRow | undefined)[] = Array.from({ length: 256 }, (_, id) =>
  Object.values(messageTable).find((row) => row.id === id),
)

/** The row of the message with this id; undefined for an id that no BEP listed in the table defines. */
export function messageById(id: number): MessageRow | undefined {
  return rowsById[id]
}

function batched<Name extends IdentifiedName>(
  name: Name,
  id: number,
  bep: number,
  { bytesMin, bytesMax, write }: Payload<MessageFields[Name]>,
): Row<Name> {
  const label = { name, id }
  return {
    name,
    received: `wire.${name}`,
    sent: `send.${name}`,
    id,
    bep,
    payloadBytesMin: bytesMin,
    payloadBytesMax: bytesMax,
    write: (fields) => write(label, fields),
  }
}

function plain<Name extends PlainName>(
  name: Name,
  id: number,
  bep: number,
  payload: PlainPayload<MessageFields[Name]>,
): PlainRow<Name> {
  return { ...batched(name, id, bep, payload), read: payload.read }
}
