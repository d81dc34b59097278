import { type AnyActorRef, createActor, fromCallback } from 'xstate'
import type { Extension, ExtensionEvent, ExtensionWish } from '../../../machines/extensions/extension.ts'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { PeerRef } from '../../../machines/peer/vocabulary/events.ts'
import type { TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { infoHash, layout, opening, ourPeerId } from '../../machines/peer/drive.ts'

/** An extension that runs with no torrent around it. */
export function run(extension: Extension) {
  const wishes: ExtensionWish[] = []
  const tell = extension.start((wish) => wishes.push(wish))
  return {
    /** What it has wished for since it was last asked. */
    wishes: () => wishes.splice(0),
    tell: (...events: readonly ExtensionEvent[]) => events.forEach(tell),
  }
}

/** How a connection has come about. */
export interface Origin {
  readonly direction?: 'in' | 'out'
  /** Of the connection: 6881, where an outgoing one leads to, if not said. */
  readonly port?: number
  /** Default `memory`. */
  readonly transport?: TransportKind
}

/** A connection with a host that has opened, with a real chart that nobody speaks to. */
export function connection(
  peer: number,
  host: string,
  { direction = 'out', port = 6881, transport = 'memory' }: Origin = {},
) {
  const address = { host, port }
  const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
  const link = { address, direction, kind: transport } as const
  const input = { peer, link, at: 0, infoHash, layout, peerId: ourPeerId, encryption: 'none' } as const
  // An actor with emitted events of its own is no ActorRef to the compiler: whose events those are is left open there.
  const ref: PeerRef = createActor(machine, { input }).start() as AnyActorRef
  for (const event of opening()) ref.send(event)
  const known = { peer, address, direction, transport, ref, greeting: undefined, speaks: false }
  return { ref, opened: { type: 'extension.opened', peer, connection: known } as const }
}

export const greets = (peer: number, greeting: ExtendedHandshake): ExtensionEvent => ({
  type: 'extension.greeted',
  peer,
  greeting,
})
export const says = (peer: number, payload: Uint8Array): ExtensionEvent => ({
  type: 'extension.message',
  peer,
  payload,
})
export const closes = (peer: number): ExtensionEvent => ({ type: 'extension.closed', peer })
export const tick = (at: number): ExtensionEvent => ({ type: 'timer.tick', at })
