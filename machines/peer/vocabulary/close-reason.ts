import type { NegotiationFailure } from '../../../transport/mse/negotiation-output.ts'
import { requireObject, requireText } from '../../../transport/require.ts'
import type { TransportEnd } from '../../../transport/transport.ts'
import type { WireViolation } from '../../../transport/wire/violation.ts'

/** A rule of an extension (BEP 10) the remote broke, by name. */
export type ExtensionFault =
  | 'extension_malformed'
  | 'extension_misused'
  | 'metadata_unrequested'
  | 'metadata_length'
  | 'metadata_total_size'
  | 'metadata_flood'
  | 'pex_flood'

/**
 * A rule the remote broke, by name. The wire's own violations (lengths, framing) keep the names they have there, and so do the
 * failures of a negotiation (MSE/PE). `encryption_refused`: it hung up on our public key or answered it in the clear, as clients
 * do that know no MSE or do not want it. `message_flood`: it says without an end what costs it nothing. `request_flood`: it goes on asking
 * for what it is refused.
 */
export type RemoteFault =
  | WireViolation['code']
  | Exclude<NegotiationFailure, 'unknown_torrent'>
  | ExtensionFault
  | 'encryption_refused'
  | 'info_hash_mismatch'
  | 'bitfield_invalid'
  | 'fast_not_negotiated'
  | 'extended_not_negotiated'
  | 'have_out_of_range'
  | 'message_flood'
  | 'request_flood'
  | 'request_out_of_range'
  | 'piece_unrequested'
  | 'reject_unrequested'
  | 'not_reading'

/**
 * Our own decision. `banned`: reputation fell to 50 or below. `encryption_required`: it came in plaintext, or did not offer RC4, and
 * our policy takes nothing else. `gave_way`: another peer wanted the place, and this one was of the least use. `no_place`: the torrent
 * holds as many connections as it may. `not_ready`: the torrent checks what is on disk, and takes no peer before that is over.
 * `private_torrent`: the torrent turned out to be private, and peers alone had told of this one (BEP 27).
 * `reconnecting_too_often`: connections from its host came to nothing again and again. `super_seeding`: we pretend not to have what we
 * have announced before. `stopped`: the torrent stops, or does not run. `requested`: the caller asked.
 */
export type LocalChoice =
  | 'banned'
  | 'blacklisted'
  | 'duplicate_connection'
  | 'encryption_required'
  | 'gave_way'
  | 'no_place'
  | 'not_ready'
  | 'nothing_to_trade'
  | 'private_torrent'
  | 'reconnecting_too_often'
  | 'requested'
  | 'self_connection'
  | 'stopped'
  | 'super_seeding'
  | 'unknown_torrent'

/** Which named timer ended it (delays.ts). */
export type Timeout =
  | 'connect'
  | 'detecting'
  | 'key_exchange'
  | 'synchronising'
  | 'selecting'
  | 'handshake'
  | 'inactivity'

/** Why a connection ended. `source` says whose doing it was; each `code` is a short word, closed and documented. */
export type CloseReason =
  | { readonly source: 'remote'; readonly code: RemoteFault; readonly detail?: string }
  | { readonly source: 'local'; readonly code: LocalChoice }
  | { readonly source: 'transport'; readonly code: TransportEnd['code']; readonly detail?: string }
  | { readonly source: 'timeout'; readonly code: Timeout; readonly detail?: string }

const sources: readonly unknown[] = [
  'remote',
  'local',
  'transport',
  'timeout',
] satisfies readonly CloseReason['source'][]

/** Whether JSON says why a connection ended; which codes there are is not asked. */
export function isCloseReason(json: unknown): json is CloseReason {
  if (typeof json !== 'object' || json === null || !('source' in json) || !('code' in json)) return false
  const detail: unknown = 'detail' in json ? json.detail : undefined
  return (
    sources.includes(json.source) &&
    typeof json.code === 'string' &&
    (detail === undefined || typeof detail === 'string')
  )
}

/** Reasons to cut it at once: waiting for the remote to finish would hold the place that it is to free. */
const abrupt: readonly string[] = ['gave_way', 'no_place'] satisfies readonly LocalChoice[]

/** Whether we end a connection in good order, so that what is queued is flushed; a faulty or dead one is cut. */
export const endsInOrder = ({ source, code }: CloseReason): boolean => source === 'local' && !abrupt.includes(code)

/** The reason as one word, `source.code`: `remote.bad_length`, `timeout.handshake`. */
export function formatCloseReason(reason: CloseReason): string {
  requireObject('a reason', reason)
  requireText('the source of a reason', reason.source)
  return `${reason.source}.${reason.code}`
}
