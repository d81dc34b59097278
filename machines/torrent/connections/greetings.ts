import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { RunningExtension } from '../../extensions/extension.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import type { Command } from '../vocabulary/commands.ts'
import { tellBatch } from './broadcast.ts'
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
export function changeGreeting(core: ConnectionsCore, change: ExtendedHandshake): void {
  core.greeting = { ...core.greeting, ...change }
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
