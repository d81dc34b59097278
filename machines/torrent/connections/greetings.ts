import { ipBytes } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { RunningExtension } from '../../extensions/extension.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import type { Command } from '../vocabulary/commands.ts'
import { tellBatch } from './broadcast.ts'
import { type Family, familiesOn } from './own-address.ts'
import type { ConnectionsCore } from './slice.ts'

/** What an extended handshake says, with the ids of the extensions we listen to; those we did and do not any more have 0 (BEP 10). */
export function withExtensions(
  greeting: ExtendedHandshake,
  extensions: readonly Pick<RunningExtension, 'name' | 'id'>[],
): ExtendedHandshake {
  const gone = Object.keys(greeting.m ?? {}).map((name) => [name, 0] as const)
  return { ...greeting, m: Object.fromEntries([...gone, ...extensions.map(({ name, id }) => [name, id] as const)]) }
}

/** Our extended handshake says something else from now on; `regreet` tells the peers. */
export function changeGreeting(core: Pick<ConnectionsCore, 'greeting'>, change: ExtendedHandshake): void {
  core.greeting = { ...core.greeting, ...change }
}

/** We, or a session for us, listen: others learn from our extended handshakes on which port (BEP 10, `p`). */
export function noteListening(core: ConnectionsCore, { host, port }: Address): void {
  core.listensOn = familiesOn(host)
  core.awaitsPort = false
  changeGreeting(core, { p: port })
  noteOwnAddresses(core)
}

/** The session that was to listen for us cannot. */
export function noteListeningNowhere(core: Pick<ConnectionsCore, 'awaitsPort'>): void {
  core.awaitsPort = false
}

/**
 * Peers that connect from now on learn from our extended handshakes under which other address we are reached too (BEP 10, `ipv4` and
 * `ipv6`), as soon as enough others see us there, and if we listen there; no longer where we do not any more.
 */
export function noteOwnAddresses(core: Pick<ConnectionsCore, 'greeting' | 'listensOn' | 'ownAddress'>): void {
  const { listensOn, ownAddress } = core
  const bytesOf = (family: Family) =>
    listensOn.includes(family) ? ipBytes(ownAddress.publicOf(family) ?? '') : undefined
  const { ipv4: _, ipv6: __, ...others } = core.greeting
  const [ipv4, ipv6] = [bytesOf('ipv4'), bytesOf('ipv6')]
  core.greeting = { ...others, ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) }
}

/** That we download nothing (BEP 21) is said as things stand; a super-seeder keeps it to itself, from before it begins. */
export const noteCompletion = (core: ConnectionsCore): void =>
  changeGreeting(core, { uploadOnly: wantsNothing(core) && !(core.have.isAll && core.superSeeds) })

/** Our extended handshake has changed: every peer is told (BEP 10). */
export function regreet(core: ConnectionsCore): Command[] {
  core.greeting = withExtensions(core.greeting, core.extensions)
  core.telling.addGreeting(core.swarm.peers.keys())
  return tellBatch(core)
}
