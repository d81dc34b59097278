import { type AnyStateMachine, type AnyStateNode, StateMachine } from 'xstate'

/** That a delay of a chart is over: an event by the name that the delay has there. */
export interface DelayOver<Name extends string> {
  readonly type: `after.${Name}`
}

/** A machine that takes the ends of its delays as events. */
export type DelaysAsEvents<Machine extends AnyStateMachine> =
  Machine extends StateMachine<
    infer Context,
    infer Event,
    infer Children,
    infer Actor,
    infer Action,
    infer Guard,
    infer Delay,
    infer Value,
    infer Tag,
    infer Input,
    infer Output,
    infer Emitted,
    infer Meta,
    infer Schema
  >
    ? StateMachine<
        Context,
        Event | DelayOver<Delay>,
        Children,
        Actor,
        Action,
        Guard,
        Delay,
        Value,
        Tag,
        Input,
        Output,
        Emitted,
        Meta,
        Schema
      >
    : never

/**
 * The chart of a machine as it is explored: of each `after: { pause: … }` the event `after.pause`, and no invoked actor; what its `onDone`,
 * `onError` and `onSnapshot` lead to, the events `xstate.done.actor.ID`, `xstate.error.actor.ID` and `xstate.snapshot.ID` lead to, by the id
 * of the invocation. All else is as the machine has it. Delays of one name that run at once in two regions end together, by the one event:
 * name them apart where one may end before the other. A test model of XState takes no chart that has delays or invokes actors.
 */
export const delaysAsEvents = <Machine extends AnyStateMachine>(machine: Machine): DelaysAsEvents<Machine> =>
  new StateMachine(eventsAlone(machine.root), machine.implementations) as DelaysAsEvents<Machine>

function eventsAlone({ config, invoke, states }: AnyStateNode): AnyStateNode['config'] {
  const after = Object.entries(config.after ?? {}).map(([delay, transition]) => [`after.${delay}`, transition])
  const ends = invoke.flatMap(({ id, onDone, onError, onSnapshot }) =>
    [
      [`xstate.done.actor.${id}`, onDone],
      [`xstate.error.actor.${id}`, onError],
      [`xstate.snapshot.${id}`, onSnapshot],
    ].filter(([, transition]) => transition !== undefined),
  )
  const inner = Object.entries(states).map(([name, node]) => [name, eventsAlone(node)])
  return {
    ...config,
    after: {},
    invoke: [],
    on: { ...config.on, ...Object.fromEntries([...ends, ...after]) },
    ...(inner.length > 0 && { states: Object.fromEntries(inner) }),
  }
}
