import type { ActorLogic, ActorSystem, AnyActorRef, EventObject } from 'xstate'
import type { CoreSnapshotOf } from '../../machines/deciding.ts'

/** Stands for the core of a torrent or of a session: it holds what a new one does, and decides nothing. */
export const inertCore = <Core, Event extends EventObject, Input>(
  context: Core,
): ActorLogic<CoreSnapshotOf<Core>, Event, Input, ActorSystem<{ actors: Record<string, AnyActorRef> }>> => ({
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, context, toJSON: () => ({}) }),
  transition: (snapshot) => snapshot,
  getPersistedSnapshot: (snapshot) => snapshot,
})
