import { type AnyActorRef, createActor, fromCallback } from 'xstate'
import { peerMachine } from '../../../machines/peer/regions/peer.ts'
import type { Link } from '../../../machines/peer/vocabulary/link.ts'
import { layout } from './a-torrent.ts'

const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })

/** The actor of a peer that stands alone and whose handshake has come: for a record that no torrent made. */
export function aPeer(link: Link, peerId: string): AnyActorRef {
  const infoHash = 'ab'.repeat(20)
  const actor = createActor(machine, {
    input: { peer: 0, link, at: 0, infoHash, layout, peerId: 'cd'.repeat(20), encryption: 'none' },
  })
  actor.start()
  actor.send({ type: 'transport.opened' })
  actor.send({ type: 'wire.info_hash', infoHash, features: { extended: false, fast: false, dht: false } })
  actor.send({ type: 'wire.peer_id', peerId })
  return actor
}
