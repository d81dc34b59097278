import { isSameHost } from '../../../transport/address.ts'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import { viewOf } from '../../peer/peer-view.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import { hasPlaceToDial, wantPlaceToDial } from './admission.ts'
import { mayTryAnother } from './close-for-others.ts'
import type { ConnectionsCore } from './slice.ts'
import { spawnPeer } from './spawning.ts'

/** A second has passed, or the pause behind a batch: of the places that are free now more may be dialled for. */
export function dialAnew(core: ConnectionsCore): Command[] {
  const { dialShare, maxPeers, swarm } = core
  dialShare.renew(maxPeers - swarm.placed() - swarm.halfOpen('out'))
  return dial(core)
}

/** Dials the addresses that it may, a batch at a time. */
export function dial(core: ConnectionsCore): Command[] {
  const { addresses, dialing, dialShare, now } = core
  const commands: Command[] = []
  const mayDial = (): boolean => addresses.hasDue(now) && !dialing.isSpent && !dialShare.isSpent
  while (mayDial() && hasPlaceToDial(core)) {
    const dialled = dialNext(core)
    if (dialled.length > 0) dialShare.spend()
    commands.push(...dialled)
  }
  if (mayDial()) commands.push(...wantPlaceToDial(core))
  if (dialing.rest()) commands.push(tellChart(core, { type: 'pace.dialing' }))
  return commands
}

/** All places are taken, but one of them is of no use: another address is tried, one at a time. */
export function dialAnother(core: ConnectionsCore): Command[] {
  return core.addresses.hasDue(core.now) && !hasPlaceToDial(core) && mayTryAnother(core) ? dialNext(core) : []
}

/**
 * Dials the next address that is due. One that is banned is forgotten instead; one where a peer listens that is connected already is its
 * other address from then on, so that no second connection is made that both ends would only close.
 */
function dialNext(core: ConnectionsCore): Command[] {
  const { addresses, blacklist, dialing, encryption, introductions, now, transports } = core
  const next = addresses.next(now)
  if (!next) return []
  const { address, plaintext, transport } = next
  if (blacklist.hasAddress(address)) {
    addresses.removeBanned(address)
    return []
  }
  const listener = listenerAt(core, address)
  if (listener) {
    listener.alsoAt = [...listener.alsoAt, address]
    return []
  }
  dialing.spend()
  const ways: Ways = introductions.takeCall(address) ? ['utp'] : withFirst(transports, transport)
  const link = { address, direction: 'out', kind: ways[0] } as const
  return [spawnPeer(core, { link, ways }, plaintext ? 'none' : encryption)]
}

/** The peer that listens at an address: it is connected from that host, and says so of the port (BEP 10). */
function listenerAt({ swarm }: ConnectionsCore, { host, port }: Address): PeerRecord | undefined {
  for (const record of swarm.peers.values()) {
    if (!isSameHost(record.link.address.host, host)) continue
    if (viewOf(record)?.context.remoteGreeting?.p === port) return record
  }
  return undefined
}

/** The transports in the order in which they are tried: one that is known to lead there first. */
const withFirst = (transports: Ways, first: TransportKind | undefined): Ways =>
  first !== undefined && transports.includes(first)
    ? [first, ...transports.filter((kind) => kind !== first)]
    : transports

type Ways = ConnectionsCore['transports']
