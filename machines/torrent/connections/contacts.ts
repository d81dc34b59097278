import { isDialable } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { pexFlags } from '../../../transport/wire/extended/pex-flags.ts'
import type { ExtensionWish } from '../../extensions/extension.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import type { Command } from '../vocabulary/commands.ts'
import { dialPriority } from './dial-priority.ts'
import { dial } from './dialling.ts'
import type { ConnectionsCore } from './slice.ts'

/**
 * Peers that a peer is connected to (BEP 11). A peer that downloads nothing has no use for seeders; in a private torrent no peer is told of
 * others (BEP 27).
 */
export function addContacts(
  core: ConnectionsCore,
  { contacts, peer }: Extract<ExtensionWish, { type: 'pex.contacts' }>,
): Command[] {
  if (core.isPrivate) return []
  for (const { address, flags } of contacts) {
    if (wantsNothing(core) && (flags & pexFlags.seed) !== 0) continue
    // What its flags say of the transport is hearsay too: it is tried first, and the others after it.
    const reached = (flags & pexFlags.utp) === 0 ? address : { ...address, transport: 'utp' as const }
    core.addresses.addHearsay(reached, priorityOf(core, address))
    core.introductions.note(address, peer)
  }
  return core.isRunning ? dial(core) : []
}

/**
 * The priority of a connection with an address (BEP 40). We are where peers see us; before any has said so, where we listen, if
 * that is a single address. The port counts only between two on one host; 0 stands for none.
 */
export function priorityOf({ listen, greeting, ownAddress }: ConnectionsCore, address: Address): number | undefined {
  const host = ownAddress.seenFrom(address.host) ?? listen?.host
  const port = greeting.p ?? 0
  return host && isDialable({ host, port: 1 }) ? dialPriority({ host, port }, address) : undefined
}
