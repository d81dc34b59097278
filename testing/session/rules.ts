import type { InspectionEvent, SnapshotFrom } from 'xstate'
import type { SessionCore } from '../../machines/session/core.ts'
import { guestsMax, guestsPerHostMax } from '../../machines/session/guests.ts'
import type { sessionMachine } from '../../machines/session/session.ts'
import { isLoopback } from '../../transport/address.ts'
import type { Rule } from '../model/watch.ts'

/** What holds of every step of a session that runs, with its core, by name, each with where it is from. */
export const sessionRules: Readonly<Record<string, Rule>> = {
  'so many connections wait for a torrent, and no more': {
    source: 'design',
    begin: () => (seen) => {
      const staying = coreIn(seen)?.guests.waiting.filter(({ leavesAs }) => !leavesAs).length ?? 0
      return staying > guestsMax ? `${staying} of ${guestsMax}` : undefined
    },
  },
  'no host has more of them than it may': {
    source: 'design',
    begin: () => (seen) => {
      const byHost = new Map<string, number>()
      for (const { host, link } of coreIn(seen)?.guests.waiting ?? []) {
        if (!isLoopback(link.address.host)) byHost.set(host, (byHost.get(host) ?? 0) + 1)
      }
      const worst = [...byHost].find(([, count]) => count > guestsPerHostMax)
      return worst && `${worst[1]} of ${worst[0]}`
    },
  },
  'a session that has stopped holds no connection': {
    source: 'design',
    begin: () => (seen) => {
      if (seen.type !== '@xstate.snapshot') return undefined
      const { context, value } = seen.snapshot as Partial<SnapshotFrom<typeof sessionMachine>>
      const core = value === 'stopped' && context ? sessionCoreIn(context.core?.getSnapshot()) : undefined
      return core && core.guests.size > 0 ? `${core.guests.size} are left` : undefined
    },
  },
}

/** What the core of a session has that has just taken an event; undefined for any other actor. */
const coreIn = (seen: InspectionEvent): SessionCore | undefined =>
  seen.type === '@xstate.snapshot' ? sessionCoreIn(seen.snapshot) : undefined

function sessionCoreIn(snapshot: unknown): SessionCore | undefined {
  const { context } = (snapshot ?? {}) as { context?: SessionCore }
  return context && 'guests' in context ? context : undefined
}
