import { backOffOf } from '../../dht/delays.ts'
import { dhtView } from './dht-view.ts'
import type { SearchingCore } from './slice.ts'

/** Why the DHT has brought no address, in a few words. */
export function whyNobodyIsFound(core: Pick<SearchingCore, 'asksDht' | 'dht' | 'isPrivate'>): string {
  if (core.isPrivate) return 'the torrent is private, and asks no DHT'
  if (!core.asksDht) return 'the DHT is off'
  const { context, state } = dhtView(core) ?? {}
  if (context?.failure !== undefined) {
    const failed = `the DHT failed: ${context.failure}`
    if (state === 'searching') return `${failed}; it is being asked again`
    if (state === 'entering') return `${failed}; a node was named since, and is asked`
    return `${failed}; it is asked again ${backOffOf(context) / 1000} s after that`
  }
  if (state === 'searching') return 'the DHT is being asked'
  return context && context.nodes > 0 ? `${context.nodes} nodes of the DHT name none` : 'the DHT was not asked yet'
}
