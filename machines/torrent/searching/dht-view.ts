import type { DhtSnapshot } from '../../dht/events.ts'
import type { DhtSummary } from '../vocabulary/emitted.ts'
import type { SearchingSlice } from './slice.ts'

/** How a torrent's searches stand, as their own chart knows. */
export interface DhtView extends Pick<DhtSnapshot, 'context'> {
  readonly state: DhtSummary['state']
}

/** What the chart of the searches shows; undefined before it runs. */
export function dhtView({ dht }: Pick<SearchingSlice, 'dht'>): DhtView | undefined {
  if (!dht) return undefined
  const { context, value } = dht.getSnapshot()
  return { context, state: typeof value === 'string' ? value : 'searching' }
}
