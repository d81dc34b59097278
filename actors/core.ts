import type { ActorLogic, EventObject } from 'xstate'
import type { CoreSnapshot } from '../machines/torrent/context.ts'
import type { Command } from '../machines/torrent/core/commands.ts'
import { type CoreInput, createCore } from '../machines/torrent/core/core.ts'
import { decide } from '../machines/torrent/core/decide.ts'
import type { CoreEvent } from '../machines/torrent/core/news.ts'

/**
 * The actor that holds the data plane of a torrent. `decide` changes it in place and says what is to be done, and here that is done: this is
 * the one door through which anything comes of it. A machine would have to copy with every block what is too large to copy.
 */
export const coreLogic: ActorLogic<CoreSnapshot, CoreEvent, CoreInput> = {
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
      return command.to.send(command.event)
    case 'storage':
      return command.to.send(command.event)
    case 'chart':
      return command.to.send(command.event)
    case 'extension':
      return command.to.send(command.event)
    case 'transport':
      return command.to.send(command.event)
    case 'home':
      return command.to.send(command.event)
    case 'nobody':
      return command.refused.destroy()
  }
}
