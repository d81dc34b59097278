import type { AnyStateMachine } from 'xstate'
import { dhtMachine } from '../machines/dht/dht.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { sessionMachine } from '../machines/session/session.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import { trackerMachine } from '../machines/tracker/tracker.ts'
import { utpConnectionMachine } from '../machines/utp-connection/utp-connection.ts'
import { webSeedMachine } from '../machines/web-seed/web-seed.ts'

/** Every statechart of the library by the name `peerchart diagram` knows it by. */
export const charts: Readonly<Record<string, AnyStateMachine>> = {
  peer: peerMachine,
  torrent: torrentMachine,
  peer_group: peerGroupMachine,
  session: sessionMachine,
  tracker: trackerMachine,
  web_seed: webSeedMachine,
  dht: dhtMachine,
  utp_connection: utpConnectionMachine,
}
