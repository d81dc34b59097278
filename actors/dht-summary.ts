import { dhtView } from '../machines/torrent/searching/dht-view.ts'
import type { SearchingSlice } from '../machines/torrent/searching/slice.ts'
import type { DhtSummary } from '../machines/torrent/vocabulary/emitted.ts'

/** How the searches of a torrent stand; undefined before there were any. */
export function summarizeDht(core: Pick<SearchingSlice, 'dht'>): DhtSummary | undefined {
  const view = dhtView(core)
  if (!view) return undefined
  const { announced, dueAt, failure, nodes, peers } = view.context
  return {
    state: view.state,
    peers,
    nodes,
    announced,
    ...(failure !== undefined && { message: failure }),
    ...(dueAt !== undefined && { nextSearchAt: dueAt }),
  }
}
