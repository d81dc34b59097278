import type { ActorLogic, ActorRef, ActorSystem, AnyActorRef, EventObject, Snapshot } from 'xstate'

/** What a look at a core shows. It changes with every event: to be read at once, and never to be written. As JSON it says nothing. */
export type CoreSnapshotOf<Core> = Snapshot<undefined> & { readonly context: Readonly<Core>; toJSON(): object }

/** The actor of a core, to be looked at. */
interface Holder<Core> {
  getSnapshot(): CoreSnapshotOf<Core>
}

/** What a core holds; undefined for what is no actor, as in a context that went through JSON. */
export const lookInto = <Core>(holder: Holder<Core>): Readonly<Core> | undefined =>
  typeof holder?.getSnapshot === 'function' ? holder.getSnapshot().context : undefined

/** Throws what the making of a core threw. */
export function requireMade(holder: Holder<unknown>): void {
  const made = holder.getSnapshot()
  if (made.status === 'error') throw made.error
}

/** What a core is made of. */
interface Parts<Core, Event extends EventObject, Input, Command> {
  create(input: Input, self: ActorRef<Snapshot<unknown>, Event>): Core
  /** Changes the core in place, and answers what is to be done. */
  decide(core: Core, event: Event): readonly Command[]
  /** Does one thing that was decided. */
  carryOut(command: Command): void
  /** Called when the actor starts: begins to hear of what it shares with others. What it answers is called when the actor stops. */
  attend?(core: Core): () => void
}

/**
 * The actor that holds a core: what is too large to copy with every event. What `decide` answers is done here, in order; nothing
 * else carries out a command. Nothing of it is persisted.
 */
export function decidingLogic<Core, Event extends EventObject, Input, Command>({
  create,
  decide,
  carryOut,
  attend,
}: Parts<Core, Event, Input, Command>): ActorLogic<
  CoreSnapshotOf<Core>,
  Event,
  Input,
  ActorSystem<{ actors: Record<string, AnyActorRef> }>
> {
  const leaving = new WeakMap<object, () => void>()
  return {
    getInitialSnapshot: ({ self }, input) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      context: create(input, self),
      toJSON: () => ({ status: 'active' }),
    }),
    start({ context }, { self }) {
      if (attend) leaving.set(self, attend(context))
    },
    transition(snapshot, event, { self }) {
      if (isStop(event)) {
        leaving.get(self)?.()
        return { ...snapshot, status: 'stopped', output: undefined, error: undefined }
      }
      for (const command of decide(snapshot.context, event)) carryOut(command)
      return snapshot
    },
    getPersistedSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  }
}

/** XState stops the actor. */
const isStop = ({ type }: EventObject): boolean => type === 'xstate.stop'
