import { formatAddress } from '../../transport/address.ts'
import type { Reason } from './reasons.ts'

/** A reason as one line: whom it concerns, what it is, and for how long if `at`, the present time, is given. */
export function formatReason({ peer, text, since }: Reason, at?: number): string {
  const who = peer === undefined ? '' : `${formatAddress(peer)}: `
  const lasting = at === undefined ? '' : `, for ${Math.max(0, Math.round((at - since) / 1000))} s`
  return `${who}${text}${lasting}`
}
