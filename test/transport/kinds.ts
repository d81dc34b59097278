import { createMemoryNetwork, type MemoryLinkOptions } from '../../transport/memory.ts'
import type { Address, Transport, TransportKind } from '../../transport/transport.ts'

/** What happens on a network: each dial and each connection that was accepted, at a time of the clock. */
export interface NetworkEvent {
  readonly what: 'dialled' | 'accepted' | 'lost'
  readonly kind: TransportKind
  readonly address: Address
  readonly at: number
}

/** Hosts that are joined by several networks, one a kind of transport; all that happens on them is noted. */
export function createNetworks<Kind extends TransportKind>(kinds: readonly Kind[], options: MemoryLinkOptions) {
  const events: NetworkEvent[] = []
  const networks = new Map<TransportKind, ReturnType<typeof createMemoryNetwork>>(
    kinds.map((kind) => [kind, createMemoryNetwork(options)]),
  )
  const { clock } = options
  const network = (kind: TransportKind) => {
    const found = networks.get(kind)
    if (!found) throw new Error(`no network carries ${kind}`)
    return found
  }
  /** Dials that have not opened, not ended, and were not given up. */
  const underWay = new Set<object>()
  /** All that was dialled and has not ended. */
  const held = new Set<object>()
  return {
    events,
    underWay,
    held,
    /** How a host dials and listens by one kind. */
    transport(kind: Kind, host: string): Transport {
      const carrier = network(kind).transport(host)
      return {
        kind,
        dial(address) {
          const connection = Object.assign(carrier.dial(address), { kind })
          const { destroy, open } = connection
          connection.destroy = () => {
            underWay.delete(connection)
            destroy.call(connection)
          }
          held.add(connection)
          events.push({ what: 'dialled', kind, address, at: clock.now() })
          underWay.add(connection)
          connection.open = (handler) =>
            open.call(connection, {
              opened() {
                underWay.delete(connection)
                handler.opened()
              },
              data: (chunk) => handler.data(chunk),
              drained: () => handler.drained(),
              closed(end) {
                held.delete(connection)
                underWay.delete(connection)
                events.push({ what: 'lost', kind, address, at: clock.now() })
                handler.closed(end)
              },
            })
          return connection
        },
        listen: (address, accept) =>
          carrier.listen(address, (connection) => {
            events.push({ what: 'accepted', kind, address, at: clock.now() })
            accept(Object.assign(connection, { kind }))
          }),
      }
    },
    /** From now on dials to a host by one kind are never answered. */
    blackhole: (kind: Kind, host: string) => network(kind).blackhole(host),
  }
}
