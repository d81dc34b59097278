import type { ActorLogic, ActorSystem, AnyActorRef, EventObject } from 'xstate'
import type { SessionCoreSnapshot } from '../context.ts'
import type { SessionCommand } from './commands.ts'
import { createSessionCore, type SessionCoreInput } from './core.ts'
import { decide } from './decide.ts'
import type { SessionCoreEvent } from './news.ts'

/**
 * The actor that holds the guests and torrents of a session, as that of a torrent holds its data plane: `decide` changes it in place and says what
 * is to be done, and here that is done, in order.
 */
export const sessionCoreLogic: ActorLogic<
  SessionCoreSnapshot,
  SessionCoreEvent,
  SessionCoreInput,
  ActorSystem<{ actors: Record<string, AnyActorRef> }>
> = {
  getInitialSnapshot: ({ self }, input) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: createSessionCore(input, self),
    toJSON: () => ({ status: 'active' }),
  }),
  transition(snapshot, event) {
    if (isStop(event)) return { ...snapshot, status: 'stopped', output: undefined, error: undefined }
    for (const command of decide(snapshot.context, event)) carryOut(command)
    return snapshot
  },
  // Nothing of it is worth keeping: connections end with the process.
  getPersistedSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
}

/** XState stops the actor. */
const isStop = ({ type }: EventObject): boolean => type === 'xstate.stop'

/** Does one thing that was decided. */
function carryOut(command: SessionCommand): void {
  switch (command.tell) {
    case 'guest':
      command.to.send(command.event)
      break
    case 'transport':
      command.to.send(command.event)
      break
    case 'torrent':
      command.to.send(command.event)
      break
    case 'adopter':
      command.to.send(command.event)
      break
    case 'chart':
      command.to.send(command.event)
      break
  }
}
