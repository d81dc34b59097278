import type { AnyActorRef } from 'xstate'
import type { ConnectionClaim } from '../machines/torrent/connections/connection-limit.ts'
import type { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import type { ChunkStore } from '../storage/store.ts'
import type { Clock } from '../transport/clock.ts'
import type { Connection, ListenerHandle } from '../transport/transport.ts'

/** Never run: what the test of pure calls has to see, a line each, and what it has to let pass. */
export interface World {
  readonly connection: Connection
  readonly end: Pick<Connection, 'end'>
  readonly clock: Clock
  readonly listener: ListenerHandle | undefined
  readonly peers: readonly { readonly ref: AnyActorRef }[]
  readonly store: ChunkStore
  readonly bytes: Uint8Array
  readonly blacklist: Blacklist
  readonly claim: ConnectionClaim
}

export function* impure({
  blacklist,
  bytes,
  claim,
  clock,
  connection,
  end,
  listener,
  peers,
  store,
}: World): Generator<unknown> {
  yield connection.destroy()
  yield end.end()
  yield listener?.close()
  yield store.cutFiles?.(0)
  yield clock.now
  yield peers.map(({ ref }) => ref.send({ type: 'go' }))
  yield ({ close }: ChunkStore) => close(() => {})
  yield ({ write: say }: Connection) => say([bytes])
  yield process.uptime()
  yield blacklist.add(connection.remote)
  yield claim.send({ type: 'place.give_back' })
}

export function* pure({ blacklist, bytes, claim, connection, peers }: World): Generator<unknown> {
  const { host, port } = connection.remote
  yield host.toLowerCase()
  yield [port, connection.queuedBytes].join(':')
  yield typeof connection.open
  yield new TextEncoder().encode(host)
  yield bytes.subarray(1).map(Number)
  yield peers.map(({ ref }) => ref.getSnapshot())
  yield blacklist.hasAddress(connection.remote) || claim.hasRoom(0)
}
