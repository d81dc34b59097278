import { type CallbackActorLogic, fromCallback } from 'xstate'
import type { ListenerCommand, ListenerNews } from '../machines/torrent/events.ts'
import type { ListenerInput } from '../machines/torrent/setup.ts'
import type { ListenerHandle, Transport } from '../transport/transport.ts'

/** Accepts connections for a torrent while it is active; without an address it does nothing. */
export const listenerLogic = (transport: Transport): CallbackActorLogic<ListenerCommand, ListenerInput> =>
  fromCallback<ListenerCommand, ListenerInput>(({ input, receive, sendBack }) => {
    if (!input.address) return undefined
    const report = (news: ListenerNews) => sendBack(news)
    let handle: ListenerHandle | undefined
    let stopped = false
    const accept = (connection: Parameters<Parameters<Transport['listen']>[1]>[0]) => {
      if (stopped) connection.destroy()
      else report({ type: 'listener.accepted', connection })
    }
    transport.listen(input.address, accept).then(
      (opened) => {
        handle = opened
        if (stopped) void opened.close()
        else report({ type: 'listener.listening', transport: transport.kind, address: opened.address })
      },
      (error) => {
        if (!stopped) report({ type: 'listener.failed', error })
      },
    )
    receive(({ connection }) => connection.destroy())
    return () => {
      stopped = true
      void handle?.close()
    }
  })
