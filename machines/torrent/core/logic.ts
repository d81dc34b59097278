import type { ActorLogic, ActorSystem, AnyActorRef, EventObject } from 'xstate'
import type { CoreSnapshot } from '../context.ts'
import type { Command } from './commands.ts'
import { type CoreInput, createCore } from './core.ts'
import { decide } from './decide.ts'
import type { CoreEvent } from './news.ts'

/**
 * The actor that holds the data plane of a torrent. `decide` changes it in place and says what is to be done, and here that is done, in order: this is
 * the one door through which anything comes of it. A machine would have to copy with every block what is too large to copy.
 */
export const coreLogic: ActorLogic<
  CoreSnapshot,
  CoreEvent,
  CoreInput,
  ActorSystem<{ actors: Record<string, AnyActorRef> }>
> = {
  getInitialSnapshot: ({ self }, input) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: createCore(input, self),
    toJSON: () => ({ status: 'active' }),
  }),
  transition(snapshot, event) {
    if (isStop(event)) return { ...snapshot, status: 'stopped', output: undefined, error: undefined }
    for (const command of decide(snapshot.context, event)) carryOut(command)
    return snapshot
  },
  // What is worth keeping of it is in the resume data.
  getPersistedSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
}

/** XState stops the actor. */
const isStop = ({ type }: EventObject): boolean => type === 'xstate.stop'

/** Does one thing that was decided. */
function carryOut(command: Command): void {
  switch (command.tell) {
    case 'peer':
      command.to.send(command.event)
      break
    case 'storage':
      command.to.send(command.event)
      break
    case 'chart':
      command.to.send(command.event)
      break
    case 'extension':
      command.to.send(command.event)
      break
    case 'transport':
      command.to.send(command.event)
      break
    case 'home':
      command.to.send(command.event)
      break
  }
}
