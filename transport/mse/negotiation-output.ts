import type { Rc4 } from './rc4.ts'

/**
 * Why a negotiation came to nothing. None can be recovered from: the connection closes.
 *
 * - `bad_public_key`: the remote's key would make the secret a known number
 * - `sync_not_found`: what the next step begins with is not within the longest padding
 * - `unknown_torrent`: the connection is about a torrent that `lookup` does not know
 * - `bad_vc`: the initiator's encrypted part does not begin with eight zeros
 * - `no_common_method`: `select` chose none of the methods the initiator offers
 * - `bad_selection`: the responder selected no method, more than one, or one that was not offered
 * - `bad_padding_length`: PadC or PadD is announced with more than 512 bytes
 * - `initial_payload_too_long`: the initiator's first payload is announced with more than `initialPayloadBytesMax`
 */
export type NegotiationFailure =
  | 'bad_public_key'
  | 'sync_not_found'
  | 'unknown_torrent'
  | 'bad_vc'
  | 'no_common_method'
  | 'bad_selection'
  | 'bad_padding_length'
  | 'initial_payload_too_long'

/** How the payload goes on: through the two ciphers, which stand where the negotiation left them, or as it is. */
export type Streams =
  | { readonly method: 'plaintext' }
  | { readonly method: 'rc4'; readonly encrypt: Rc4; readonly decrypt: Rc4 }

/** What both sides agreed on. */
export type Agreement = Streams & {
  /** The torrent the connection is about: the initiator's own, the one the responder looked up. */
  readonly infoHash: Uint8Array
  /** What the initiator said along with its offer, decrypted: the beginning of its payload. Empty for the initiator itself. */
  readonly initialPayload: Uint8Array
}

/**
 * What a negotiation does next. Three steps in this order, then one of three ends; `write` comes between them.
 *
 * - `write`: bytes for the remote, the caller's to keep
 * - `key_exchange`: waiting for the remote's public key. Until its end a remote that does not speak MSE falls silent or hangs
 *   up, and a redial in the clear may help; later it does speak MSE
 * - `synchronising`: looking for the remote's next step behind its padding
 * - `selecting`: reading what is offered, or what was selected
 * - `established`: over. `rest` is the payload that stood behind the negotiation and, for a responder, behind `initialPayload`
 * - `plaintext_header`: over. The remote speaks BitTorrent in the clear; `rest` is its stream from the first byte on
 * - `failed`: over. `detail` is for people
 */
export type NegotiationOutput =
  | { readonly type: 'write'; readonly bytes: Uint8Array }
  | { readonly type: 'key_exchange' }
  | { readonly type: 'synchronising' }
  | { readonly type: 'selecting' }
  | ({ readonly type: 'established'; readonly rest: Uint8Array } & Agreement)
  | { readonly type: 'plaintext_header'; readonly rest: Uint8Array }
  | { readonly type: 'failed'; readonly code: NegotiationFailure; readonly detail: string }
