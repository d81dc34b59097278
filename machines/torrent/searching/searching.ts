import type { Address } from '../../../transport/transport.ts'
import type { DhtCommand, DhtNews } from '../../dht/events.ts'
import type { PeerNews } from '../../peer/vocabulary/events.ts'
import { isOurs } from '../announcing/announcing.ts'
import { priorityOf } from '../connections/contacts.ts'
import { dial } from '../connections/dialling.ts'
import { type PeerRecord, recordOf } from '../peers/peer-table.ts'
import { type Command, emit, order, tellChart } from '../vocabulary/commands.ts'
import type { SearchingCore } from './slice.ts'

type News<Type extends DhtNews['type']> = Extract<DhtNews, { type: Type }>

/** From one node of the DHT that a peer names to the next, in milliseconds: clients name one a connection. Our own number. */
export const nodeOfPeerMs = 60_000

/** The searches are given an actor, unless they have one, or there are to be none. A private torrent has none (BEP 27). */
export function runDht(core: SearchingCore): Command[] {
  if (!core.asksDht || core.isPrivate) return []
  return core.dht ? askDht(core) : [tellChart(core, { type: 'dht.run', infoHash: core.infoHash })]
}

/** The actor of the searches runs: the nodes that the torrent's file names come before the first search. */
export function meetDht(core: SearchingCore, { ref }: News<'dht.started'>): Command[] {
  core.dht = ref
  const named = core.dhtNodes.flatMap((address) => tell(core, { type: 'dht.node', address }))
  return [...named, ...askDht(core)]
}

/** Our node is open: the peers that have one are told of it (BEP 5). */
export function meetNode(core: SearchingCore, { port }: News<'dht.opened'>): Command[] {
  core.dhtPort = port
  return [...core.swarm.peers.values()].flatMap((record) => (record.isMember ? tellPort(core, record) : []))
}

/** A connection is open: the remote learns of our node, if it has one too. */
export function tellPort({ dhtPort, isPrivate }: SearchingCore, record: PeerRecord): Command[] {
  return dhtPort === undefined || isPrivate ? [] : order(record, { type: 'torrent.port', port: dhtPort })
}

/**
 * A peer has a node: ours asks it, and takes it into its table where it answers. It is on the peer's own host, so that nobody else can be
 * made to be asked; and one a minute is taken of a peer. Of a private torrent there are no searches, or they are renounced: none is taken.
 */
export function takeNode(core: SearchingCore, { peer, port }: Extract<PeerNews, { type: 'peer.port' }>): Command[] {
  const record = recordOf(core, peer)
  if (!record) return []
  const { link, namedNodeAt = Number.NEGATIVE_INFINITY } = record
  if (core.now - namedNodeAt < nodeOfPeerMs) return []
  record.namedNodeAt = core.now
  return tell(core, { type: 'dht.node', address: { host: link.address.host, port } })
}

/** Has the torrent searched for; how often, the chart of the searches decides. */
export function askDht(core: SearchingCore): Command[] {
  if (!core.isRunning || core.isPrivate || core.awaitsPort) return []
  return tell(core, { type: 'dht.search', port: core.greeting.p || undefined, at: core.now })
}

/** The torrent runs no more. */
export const restDht = (core: SearchingCore): Command[] => tell(core, { type: 'dht.rest' })

/** It has turned out to be private. */
export const renounceDht = (core: SearchingCore): Command[] => tell(core, { type: 'dht.renounce' })

/** A search is under way. */
export const noteSearched = (core: SearchingCore): Command[] => emit(core, { type: 'dht', state: 'searching' })

/** Nodes have answered. */
export const noteSearch = (core: SearchingCore, { announced, nodes, peers }: News<'dht.answered'>): Command[] =>
  emit(core, { type: 'dht', state: 'ok', peers, nodes, announced })

/** Nobody has answered. */
export const noteNoSearch = (core: SearchingCore, { message }: News<'dht.failed'>): Command[] =>
  emit(core, { type: 'dht', state: 'failed', message })

/** Peers that nodes name: anybody may announce anything there, so they are hearsay as that of peers, and nothing of a private torrent. */
export function takeFound(core: SearchingCore, { peers }: { readonly peers: readonly Address[] }): Command[] {
  if (core.isPrivate) return []
  for (const address of peers) if (!isOurs(core, address)) core.addresses.addHearsay(address, priorityOf(core, address))
  return dial(core)
}

const tell = ({ dht }: SearchingCore, event: DhtCommand): Command[] => (dht ? [{ tell: 'dht', to: dht, event }] : [])
