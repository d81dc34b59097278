import { formatAddress } from '../../transport/address.ts'
import { requireObject, requireText } from '../../transport/require.ts'
import type { Reason } from './reasons.ts'

/** A reason as one line: the peer it concerns, what it is, and for how long if `at`, the present time, is given. */
export function formatReason(why: Reason, at?: number): string {
  requireObject('a reason', why)
  const { peer, text, since } = why
  requireText('what a reason says', text)
  const who = peer === undefined ? '' : `${formatAddress(peer)}: `
  const lasting = at === undefined ? '' : `, for ${Math.max(0, Math.round((at - since) / 1000))} s`
  return `${who}${text}${lasting}`
}
