import type { AnyActorRef } from 'xstate'
import type { Role } from '../protocol/protocol.ts'
import { contextOf } from './states.ts'
import type { Watched } from './watched.ts'

/** Which actor says what to the core of a torrent, by the prefix of the event. */
const speakersToCore: Readonly<Record<string, Role>> = {
  storage: 'storage',
  listener: 'listener',
  core: 'torrent',
  super_seeding: 'torrent',
  torrent: 'torrent',
}

/** What a peer hears from its transport. */
const transportPrefixes = ['wire', 'transport', 'mse']

/** What a torrent's chart hears from others than its core. */
const notOfCore = ['torrent', 'listener', 'timer', 'xstate']

/**
 * Which actor said something that came without a name: what a core decides, and what actors tell that are no statecharts, reaches an inspector so.
 * The prefix of the event names the speaker (machines/peer/vocabulary/events.ts). Undefined: the program, or not to be told.
 */
export function speakerOf(
  type: string,
  to: Watched,
  byRef: (ref: AnyActorRef) => Watched | undefined,
): Watched | undefined {
  const [prefix = ''] = type.split('.')
  if (to.role === 'peer') {
    // What a replay tells comes from nobody.
    if (transportPrefixes.includes(prefix)) return childOf(to, 'transport')
    return prefix === 'torrent' ? ownerOf(to, byRef) : undefined
  }
  if (to.role === 'core') {
    const role = speakersToCore[prefix]
    if (role === 'torrent') return to.parent
    return role === undefined ? undefined : childOf(to.parent, role)
  }
  if (to.role === 'storage' || to.role === 'extension')
    return prefix === 'xstate' ? undefined : childOf(to.parent, 'core')
  if (to.role === 'torrent' || to.role === 'session')
    return notOfCore.includes(prefix) ? undefined : childOf(to, 'core')
  return undefined
}

/** The child of that role. */
function childOf(parent: Watched | undefined, role: Role): Watched | undefined {
  for (const one of parent?.children ?? []) if (one.role === role && one.endedAt === undefined) return one
  return undefined
}

/** The actor that a peer tells its news. */
export function ownerOf({ snapshot }: Watched, byRef: (ref: AnyActorRef) => Watched | undefined): Watched | undefined {
  const context = contextOf(snapshot)
  if (typeof context !== 'object' || context === null || !('owner' in context)) return undefined
  return context.owner === undefined ? undefined : byRef(context.owner as AnyActorRef)
}
