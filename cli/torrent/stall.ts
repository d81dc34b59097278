import { formatAddress, type Reason } from '../../index.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Output } from '../output/output.ts'

/** How long a download may bring no payload before it is explained, in milliseconds, and how long until it is explained again. */
export const stallMs = 10_000

/** Explains a download that brings nothing, again and again while that lasts. */
export interface StallWatch {
  /** To be called often. `payloadAt`: when payload last came, or might first have come; both on one clock. */
  look(now: number, payloadAt: number): void
}

/** Watches a torrent that downloads. */
export function watchStall(torrent: TorrentHandle, output: Output): StallWatch {
  let explainedAt = Number.NEGATIVE_INFINITY
  return {
    look(now, payloadAt) {
      if (now - Math.max(payloadAt, explainedAt) < stallMs) return
      explainedAt = now
      const reasons = torrent.explain().download.map((reason) => stalledReason(reason, now))
      output.event({ event: 'stalled', reasons })
    },
  }
}

function stalledReason({ code, text, peer, since }: Reason, now: number) {
  const seconds = Math.max(0, Math.round((now - since) / 1000))
  return { code, text, ...(peer && { peer: formatAddress(peer) }), since, seconds }
}
