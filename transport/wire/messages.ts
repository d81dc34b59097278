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

/**
 * Every message of BEP 3, 6 and 10 and BEP 5's `port`, by its BEP name. `piece`, `request`, `cancel` and
 * `reject_request` carry a batch: the run of such messages that stood together in one read; on the wire each element is a
 * message of its own.
 *
 * `bits` of a bitfield: high bit of the first byte is piece 0. `id` of an extended message: 0 is BEP 10's handshake, any other
 * the one its receiver chose. `bits` and `payload` of a message that came are views, valid during its delivery only.
 */
export type Message =
  | { readonly name: 'keep_alive' }
  | { readonly name: 'choke' }
  | { readonly name: 'unchoke' }
  | { readonly name: 'interested' }
  | { readonly name: 'not_interested' }
  | { readonly name: 'have'; readonly index: number }
  | { readonly name: 'bitfield'; readonly bits: Uint8Array }
  | { readonly name: 'request'; readonly requests: readonly BlockRequest[] }
  | { readonly name: 'piece'; readonly blocks: readonly Block[] }
  | { readonly name: 'cancel'; readonly requests: readonly BlockRequest[] }
  | { readonly name: 'port'; readonly port: number }
  | { readonly name: 'suggest_piece'; readonly index: number }
  | { readonly name: 'have_all' }
  | { readonly name: 'have_none' }
  | { readonly name: 'reject_request'; readonly requests: readonly BlockRequest[] }
  | { readonly name: 'allowed_fast'; readonly index: number }
  | { readonly name: 'extended'; readonly id: number; readonly payload: Uint8Array }

/** The name of a message. */
export type MessageName = Message['name']
