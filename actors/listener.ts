import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import type { ListenerInput } from '../machines/torrent/vocabulary/actor-inputs.ts'
import type { ListenerNews } from '../machines/torrent/vocabulary/events.ts'
import { listenTogether } from '../transport/listen-together.ts'
import type { Connection } from '../transport/transport.ts'
import { type Transports, transportsOf } from './transports.ts'

/**
 * Accepts connections for a torrent while it is active, or for a session while it runs, by every transport on one port; without an
 * address it does nothing. Whoever goes on at once listens again when the former listener has let go of the port.
 */
export const listenerLogic = (given: Transports): CallbackActorLogic<EventObject, ListenerInput> => {
  const transports = transportsOf(given)
  let closing: Promise<void> = Promise.resolve()
  return fromCallback<EventObject, ListenerInput>(({ input: { address }, sendBack }) => {
    if (!address) return undefined
    let stopped = false
    const report = (news: ListenerNews) => {
      if (!stopped) sendBack(news)
    }
    const accept = (connection: Connection) => {
      if (stopped) connection.destroy()
      else report({ type: 'listener.accepted', connection })
    }
    const opening = closing.then(() => (stopped ? undefined : listenTogether(transports, address, accept)))
    opening.then(
      (listening) => {
        if (!listening) return
        for (const { kind, handle } of listening.bound)
          report({ type: 'listener.listening', transport: kind, address: handle.address })
        for (const { kind, error } of listening.unbound) report({ type: 'listener.unbound', transport: kind, error })
      },
      (error) => report({ type: 'listener.failed', error }),
    )
    return () => {
      stopped = true
      closing = opening.then(
        async (listening) => {
          await Promise.all(listening?.bound.map(({ handle }) => handle.close()) ?? [])
        },
        () => {},
      )
    }
  })
}
