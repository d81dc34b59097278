import { createActor, type EventObject, fromCallback } from 'xstate'
import { dhtMachine } from '../../../machines/dht/dht.ts'
import type { DhtEvent, DhtNews } from '../../../machines/dht/events.ts'
import type { SearchInput } from '../../../machines/dht/setup.ts'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Address } from '../../../transport/transport.ts'

export const infoHash = 'ab'.repeat(20)
export const somebody: Address = { host: '192.0.2.1', port: 1 }

/** The chart of a torrent's searches in virtual time, with what it searches and tells. */
export function aSearch() {
  const clock = new SimulatedClock()
  const told: DhtNews[] = []
  /** The searches that are under way, and all that were begun. */
  const open = new Set<SearchInput>()
  const begun: SearchInput[] = []
  const added: Address[] = []
  const running = { node: false }
  const owner = createActor(
    fromCallback<DhtNews>(({ receive }) => {
      receive((news) => void told.push(news))
    }),
  ).start()
  const actor = createActor(
    dhtMachine.provide({
      actors: {
        node: fromCallback(() => {
          running.node = true
        }),
        search: fromCallback<EventObject, SearchInput>(({ input }) => {
          begun.push(input)
          open.add(input)
          return () => void open.delete(input)
        }),
      },
      actions: { addNode: (_, { address }) => void added.push(address) },
    }),
    { clock, input: { owner, infoHash } },
  ).start()
  const send = (event: DhtEvent) => actor.send(event)
  return {
    clock,
    actor,
    open,
    begun,
    added,
    running,
    get value() {
      return actor.getSnapshot().value
    },
    get context() {
      return actor.getSnapshot().context
    },
    /** What was told since the last look, by type. */
    news: () => told.splice(0).map(({ type }) => type),
    send,
    search: (port?: number) => send({ type: 'dht.search', port, at: clock.now() }),
    find: (...peers: readonly Address[]) => send({ type: 'search.found', peers }),
    lookUp: (nodes = 8) => send({ type: 'search.looked_up', nodes, at: clock.now() }),
    end: (nodes = 8, announced = 0) => send({ type: 'search.done', nodes, announced, at: clock.now() }),
    fail: (message = 'no node has answered') => send({ type: 'search.failed', message, at: clock.now() }),
    node: () => send({ type: 'dht.node', address: { host: '192.0.2.9', port: 9 } }),
    /** How long it takes until it may search again. */
    wait() {
      const from = clock.now()
      while (actor.getSnapshot().value !== 'idle') if (!clock.advanceToNext()) return Number.POSITIVE_INFINITY
      return clock.now() - from
    },
  }
}
