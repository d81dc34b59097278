import type { MessageName } from './messages.ts'

/** The name of a message that has an id: every one but `keep_alive`, whose frame is empty. */
export type IdentifiedName = Exclude<MessageName, 'keep_alive'>

/** What the wire says about one message: its id, the BEP that defines it, and how many bytes may follow the id. */
export interface MessageRow {
  readonly name: IdentifiedName
  readonly id: number
  readonly bep: number
  readonly payloadBytesMin: number
  /** `Infinity` where only the frame limit bounds it. */
  readonly payloadBytesMax: number
}

/**
 * Every message that has an id, by its BEP name. Encoder and reader take ids and lengths from here and from nowhere else.
 *
 * Two minimums are choices. A `bitfield` has a byte at least, as a torrent has a piece at least. A `piece` has a byte of data
 * at least: BitComet was seen to send it empty for "no", which libtorrent takes as a reject; it answers no request that
 * can be made, so here it is a violation.
 */
export const messageTable: { readonly [Name in IdentifiedName]: MessageRow & { readonly name: Name } } = {
  choke: { name: 'choke', id: 0, bep: 3, ...exactly(0) },
  unchoke: { name: 'unchoke', id: 1, bep: 3, ...exactly(0) },
  interested: { name: 'interested', id: 2, bep: 3, ...exactly(0) },
  not_interested: { name: 'not_interested', id: 3, bep: 3, ...exactly(0) },
  have: { name: 'have', id: 4, bep: 3, ...exactly(4) },
  bitfield: { name: 'bitfield', id: 5, bep: 3, ...atLeast(1) },
  request: { name: 'request', id: 6, bep: 3, ...exactly(12) },
  piece: { name: 'piece', id: 7, bep: 3, ...atLeast(9) },
  cancel: { name: 'cancel', id: 8, bep: 3, ...exactly(12) },
  port: { name: 'port', id: 9, bep: 5, ...exactly(2) },
  suggest_piece: { name: 'suggest_piece', id: 13, bep: 6, ...exactly(4) },
  have_all: { name: 'have_all', id: 14, bep: 6, ...exactly(0) },
  have_none: { name: 'have_none', id: 15, bep: 6, ...exactly(0) },
  reject_request: { name: 'reject_request', id: 16, bep: 6, ...exactly(12) },
  allowed_fast: { name: 'allowed_fast', id: 17, bep: 6, ...exactly(4) },
  extended: { name: 'extended', id: 20, bep: 10, ...atLeast(1) },
}

const rowsById: readonly (MessageRow | undefined)[] = Array.from({ length: 256 }, (_, id) =>
  Object.values(messageTable).find((row) => row.id === id),
)

/** The row of the message with this id; undefined for an id that no BEP listed in the table defines. */
export function messageById(id: number): MessageRow | undefined {
  return rowsById[id]
}

function exactly(bytes: number) {
  return { payloadBytesMin: bytes, payloadBytesMax: bytes }
}

function atLeast(bytes: number) {
  return { payloadBytesMin: bytes, payloadBytesMax: Number.POSITIVE_INFINITY }
}
