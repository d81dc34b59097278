/**
 * How a remote can break the framing. None can be recovered from: the connection closes.
 *
 * - `bad_protocol_string`: its first 20 bytes are not BitTorrent's (BEP 3)
 * - `too_many_held_bytes`: it sent more behind its handshake than is kept before messages are started
 * - `frame_too_long`: a frame announces more bytes than the limit in force
 * - `bad_length`: a message whose length does not fit its id
 */
export type WireViolationCode = 'bad_protocol_string' | 'too_many_held_bytes' | 'frame_too_long' | 'bad_length'

/** A rule of the wire that the remote broke. `detail` is for people: it names the message, its id and the lengths. */
export interface WireViolation {
  readonly code: WireViolationCode
  readonly detail: string
}
