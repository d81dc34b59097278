import { isEnding } from '../machines/peer/peer-view.ts'
import type { Core } from '../machines/torrent/core/core.ts'
import { formatAddress } from '../transport/address.ts'
import type { RateLimits } from '../transport/bandwidth/bandwidth.ts'
import type { Address } from '../transport/transport.ts'

/** Limits each connection of a torrent to an address, as long as it lasts. Throws an Error when there is none. */
export function limitPeersAt(core: Readonly<Core>, { host, port }: Address, limits: RateLimits): void {
  const there = [...core.swarm.peers.values()].filter(
    (record) =>
      record.ref && !isEnding(record) && record.link.address.host === host && record.link.address.port === port,
  )
  if (there.length === 0) throw new Error(`no connection to ${formatAddress({ host, port })} can be limited`)
  for (const { ref } of there) ref?.getSnapshot().context.transport.send({ type: 'link.set_limits', limits })
}
