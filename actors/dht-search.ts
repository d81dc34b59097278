import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import type { NodeNews, SearchNews } from '../machines/dht/events.ts'
import type { SearchInput } from '../machines/dht/setup.ts'
import { hexToBytes } from '../machines/hex.ts'
import type { Clock } from '../transport/clock.ts'
import type { Dht } from '../transport/dht/dht.ts'

/** Tells where our node is, as soon as it is open. One that cannot open tells so each search. */
export const nodeLogic = (dht: Dht | undefined): CallbackActorLogic<EventObject> =>
  fromCallback<EventObject>(({ sendBack }) => {
    let isOver = false
    const tell = (news: NodeNews) => isOver || sendBack(news)
    dht?.opened.then(
      ({ port }) => tell({ type: 'node.opened', port }),
      () => undefined,
    )
    return () => {
      isOver = true
    }
  })

/** One search in the DHT; it ends with its actor. Without a node of ours, as of a torrent that was restored without, it leads to nothing. */
export const searchLogic = (dht: Dht | undefined, clock: Clock): CallbackActorLogic<EventObject, SearchInput> =>
  fromCallback<EventObject, SearchInput>(({ input, sendBack }) => {
    const report = (news: SearchNews) => sendBack(news)
    if (!dht) {
      report({ type: 'search.failed', message: 'no node of ours was given', at: clock.now() })
      return
    }
    return dht.search(hexToBytes(input.infoHash), input.port, {
      found: (peers) => report({ type: 'search.found', peers }),
      lookedUp: (nodes) => report({ type: 'search.looked_up', nodes, at: clock.now() }),
      done: (outcome) => report({ type: 'search.done', ...outcome, at: clock.now() }),
      failed: (message) => report({ type: 'search.failed', message, at: clock.now() }),
    })
  })
