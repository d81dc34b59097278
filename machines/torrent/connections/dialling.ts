import type { TransportKind } from '../../../transport/transport.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import { hasPlaceToDial, wantPlaceToDial } from './admission.ts'
import { mayTryAnother } from './close-for-others.ts'
import type { ConnectionsCore } from './slice.ts'
import { spawnPeer } from './spawning.ts'

/** Dials the addresses that it may, a batch at a time. */
export function dial(core: ConnectionsCore): Command[] {
  const { addresses, dialing, now } = core
  const commands: Command[] = []
  while (addresses.hasDue(now) && !dialing.isSpent && hasPlaceToDial(core)) commands.push(...dialNext(core))
  if (addresses.hasDue(now) && !dialing.isSpent) commands.push(...wantPlaceToDial(core))
  if (dialing.rest()) commands.push(tellChart(core, { type: 'pace.dialing' }))
  return commands
}

/** All places are taken, but one of them is of no use: another address is tried, one at a time. */
export function dialAnother(core: ConnectionsCore): Command[] {
  return core.addresses.hasDue(core.now) && !hasPlaceToDial(core) && mayTryAnother(core) ? dialNext(core) : []
}

/** Dials the next address that is due; one that is banned is forgotten instead. */
function dialNext(core: ConnectionsCore): Command[] {
  const { addresses, blacklist, dialing, encryption, introductions, now, transports } = core
  const next = addresses.next(now)
  if (!next) return []
  const { address, plaintext, transport } = next
  if (blacklist.hasAddress(address)) {
    addresses.remove(address)
    return []
  }
  dialing.spend()
  const ways: Ways = introductions.takeCall(address) ? ['utp'] : withFirst(transports, transport)
  const link = { address, direction: 'out', kind: ways[0] } as const
  return [spawnPeer(core, { link, ways }, plaintext ? 'none' : encryption)]
}

/** The transports in the order in which they are tried: one that is known to lead there first. */
const withFirst = (transports: Ways, first: TransportKind | undefined): Ways =>
  first !== undefined && transports.includes(first)
    ? [first, ...transports.filter((kind) => kind !== first)]
    : transports

type Ways = ConnectionsCore['transports']
