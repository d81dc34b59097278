import { type BencodeInput, encodeBencode } from '../../transport/wire/bencode.ts'
import {
  type ExtendedHandshake,
  encodeExtendedHandshake,
  extendedHandshakeId,
} from '../../transport/wire/extended/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'

/** A message of an extension (BEP 10): as bytes, or as what is bencoded. `id` is the one under which its receiver wants the extension. */
export const extendedMessage = (id: number, content: Uint8Array | BencodeInput): Message<'extended'> => ({
  name: 'extended',
  id,
  payload: content instanceof Uint8Array ? content : encodeBencode(content),
})

/** An extended handshake (BEP 10). Throws a RangeError for what no client would read. */
export const extendedHandshake = (handshake: ExtendedHandshake): Message<'extended'> =>
  extendedMessage(extendedHandshakeId, encodeExtendedHandshake(handshake))
