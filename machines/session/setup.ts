import { assign, type EventObject, enqueueActions, fromCallback, sendTo, setup } from 'xstate'
import type { Connection } from '../../transport/transport.ts'
import { errorFrom } from '../error-from.ts'
import { missingIn } from '../provided.ts'
import { peerGroupMachine } from '../torrent/peers/peer-group.ts'
import { commandOf, groupOf, isNewGroup } from '../torrent/peers/telling-groups.ts'
import type { ListenerInput, TickerInput } from '../torrent/vocabulary/actor-inputs.ts'
import type { TorrentInternal } from '../torrent/vocabulary/events.ts'
import { describeUnbound, type Unbound } from '../torrent/vocabulary/unbound.ts'
import type { SessionContext } from './context.ts'
import type { SessionEmitted } from './events.ts'
import type { SessionInput } from './input.ts'
import { sessionCoreLogic } from './logic.ts'
import type { SessionCoreEvent } from './news.ts'
import type { SessionEvent } from './session-event.ts'

const missing = missingIn('sessionMachine')

/** The types of the session chart, its actors, guards and actions by name. */
export const sessionSetup = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
    emitted: {} as SessionEmitted,
  },
  actors: {
    core: sessionCoreLogic,
    listener: fromCallback<EventObject, ListenerInput>(() => missing('actors', 'listener')),
    ticker: fromCallback<TorrentInternal, TickerInput>(() => missing('actors', 'ticker')),
    group: peerGroupMachine,
  },
  guards: {
    listensNowhere: ({ context }) => context.listen === undefined,
    isNewGroup,
  },
  actions: {
    /** The core carries it out, or hears it. */
    tellCore: sendTo(
      ({ context }) => context.core,
      (_, event: SessionCoreEvent) => event,
    ),
    emitNews: enqueueActions(({ enqueue }, { news }: { news: readonly SessionEmitted[] }) => {
      for (const event of news) enqueue.emit(event)
    }),
    emitFailed: enqueueActions(({ context, enqueue }) => {
      if (context.error) enqueue.emit({ type: 'failed', error: context.error })
    }),
    emitUnbound: enqueueActions(({ enqueue }, unbound: Unbound) => {
      enqueue.emit({ type: 'warning', message: describeUnbound(unbound) })
    }),
    noteError: assign(errorFrom),
    openGroup: enqueueActions(({ context, enqueue }, { group }: { group: string }) => {
      enqueue.spawnChild('group', { id: group, input: { owner: context.core } })
    }),
    tellGroup: sendTo(groupOf, commandOf),
    /** A connection that came in and is not wanted is closed silently. */
    refuse: (_, _refused: { connection: Connection }) => missing('actions', 'refuse'),
  },
})
