import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import type { ListenerInput } from '../machines/torrent/vocabulary/actor-inputs.ts'
import type { ListenerNews } from '../machines/torrent/vocabulary/events.ts'
import type { Connection, Transport } from '../transport/transport.ts'

/**
 * Accepts connections for a torrent while it is active, or for a session while it runs; without an address it does nothing.
 * Whoever goes on at once listens again when the former listener has let go of the port.
 */
export const listenerLogic = (transport: Transport): CallbackActorLogic<EventObject, ListenerInput> => {
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
    const opening = closing.then(() => (stopped ? undefined : transport.listen(address, accept)))
    opening.then(
      (handle) => handle && report({ type: 'listener.listening', transport: transport.kind, address: handle.address }),
      (error) => report({ type: 'listener.failed', error }),
    )
    return () => {
      stopped = true
      closing = opening.then(
        (handle) => handle?.close(),
        () => {},
      )
    }
  })
}
