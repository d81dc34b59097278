/**
 * A block somebody wants: zero-based piece `index`, byte offset `begin` in it, `length` in bytes (BEP 3). Each is a u32 on
 * the wire; whether the torrent has such a block is not checked here.
 */
export interface BlockRequest {
  readonly index: number
  readonly begin: number
  readonly length: number
}

/**
 * A block: zero-based piece `index`, byte offset `begin` in it, and its bytes, never none. `data` of a block that came is a
 * view into the read it came with, valid during the delivery of its message only.
 */
export interface Block {
  readonly index: number
  readonly begin: number
  readonly data: Uint8Array
}

/** Where a block begins that is still coming: zero-based piece `index`, byte offset `begin` in it. */
export type BlockStart = Pick<Block, 'index' | 'begin'>

/** What a message carries that says all by its name. */
export type NoFields = Readonly<Record<never, never>>

/**
 * The one declaration of messages: what each of BEP 3, 6 and 10 and BEP 5's `port` carries, by its BEP name. What a codec takes, what a
 * peer receives and what it sends are derived from it; `message-table.ts` has how each stands on the wire.
 *
 * `piece`, `request`, `cancel` and `reject_request` carry a batch: the run of such messages that stood together in one read; on
 * the wire each element is a message of its own.
 *
 * `bits` of a bitfield: high bit of the first byte is piece 0. `id` of an extended message: 0 is BEP 10's handshake, any other
 * the one its receiver chose. `bits` and `payload` of a message that came are views, valid during its delivery only.
 */
export interface MessageFields {
  readonly keep_alive: NoFields
  readonly choke: NoFields
  readonly unchoke: NoFields
  readonly interested: NoFields
  readonly not_interested: NoFields
  readonly have: { readonly index: number }
  readonly bitfield: { readonly bits: Uint8Array }
  readonly request: { readonly requests: readonly BlockRequest[] }
  readonly piece: { readonly blocks: readonly Block[] }
  readonly cancel: { readonly requests: readonly BlockRequest[] }
  readonly port: { readonly port: number }
  readonly suggest_piece: { readonly index: number }
  readonly have_all: NoFields
  readonly have_none: NoFields
  readonly reject_request: { readonly requests: readonly BlockRequest[] }
  readonly allowed_fast: { readonly index: number }
  readonly extended: { readonly id: number; readonly payload: Uint8Array }
}

/** The name of a message. */
export type MessageName = keyof MessageFields

/** A message: its name and its fields. */
export type Message<Names extends MessageName = MessageName> = {
  [Name in Names]: { readonly name: Name } & MessageFields[Name]
}[Names]

/** A message that a remote sent, as the event `wire.` and its name. */
export type ReceivedMessage<Names extends MessageName = MessageName> = {
  [Name in Names]: { readonly type: `wire.${Name}` } & MessageFields[Name]
}[Names]

/** A message to be sent, as the event `send.` and its name. */
export type SentMessage<Names extends MessageName = MessageName> = {
  [Name in Names]: { readonly type: `send.${Name}` } & MessageFields[Name]
}[Names]
