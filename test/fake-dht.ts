import type { Dht, SearchReports } from '../transport/dht/dht.ts'
import type { SimulatedClock } from '../transport/simulated-clock.ts'
import type { Address } from '../transport/transport.ts'

/** A DHT in virtual time: what is announced by one of its nodes the others find. */
export function createFakeDht(clock: SimulatedClock, { latencyMs = 20 } = {}) {
  const announced = new Map<string, Address[]>()
  /** Searches under way. */
  const open = new Set<SearchReports>()
  /** What was searched for: the info hash in hex, by the host that did. */
  const searched: string[] = []
  /** Nodes that were named, as `host:port`. */
  const named: string[] = []
  let isDown = false

  function node(host: string): Dht {
    return {
      opened: Promise.resolve({ host, port: 6881 }),
      nodes: [],
      search(infoHash, port, reports) {
        const key = Buffer.from(infoHash).toString('hex')
        searched.push(`${host} ${key}`)
        open.add(reports)
        const timer = clock.setTimeout(() => {
          open.delete(reports)
          if (isDown) return reports.failed('no node has answered')
          const peers = announced.get(key) ?? []
          if (peers.length > 0) reports.found([...peers])
          if (port !== undefined) announced.set(key, [...peers.filter((one) => one.host !== host), { host, port }])
          reports.lookedUp(8)
          reports.done({ nodes: 8, announced: port === undefined ? 0 : 8 })
        }, latencyMs)
        return () => {
          open.delete(reports)
          clock.clearTimeout(timer)
        }
      },
      addNode: ({ host, port }) => void named.push(`${host}:${port}`),
      destroy: () => Promise.resolve(),
    }
  }
  return {
    node,
    open,
    searched,
    named,
    /** From now on no node answers, or all do. */
    setDown(down: boolean) {
      isDown = down
    },
  }
}
