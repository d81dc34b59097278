/**
 * The payload of libtorrent's `upload_only` message, which tells of a change after the extended handshake: one byte, not
 * bencode. True: its sender downloads nothing any more (BEP 21).
 */
export function encodeUploadOnly(uploadOnly: boolean): Uint8Array {
  return Uint8Array.of(uploadOnly ? 1 : 0)
}

/** What an `upload_only` message says; any byte but 0 is yes, as in libtorrent. Undefined when it is not one byte. Never throws. */
export function decodeUploadOnly(payload: Uint8Array): boolean | undefined {
  return payload.length === 1 ? payload[0] !== 0 : undefined
}
