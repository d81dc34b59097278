import { type AnyStateMachine, StateMachine } from 'xstate'

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
 * The chart of a machine as it is explored: of each `after: { pause: … }` the event `after.pause`, and no invoked actor. All else is as the
 * machine has it. A test model of XState takes no chart that has delays or invokes actors.
 */
export const delaysAsEvents = <Machine extends AnyStateMachine>(machine: Machine): DelaysAsEvents<Machine> =>
  new StateMachine(withoutDelays(machine.config), machine.implementations) as DelaysAsEvents<Machine>

/** The definition of a state. */
type Definition = NonNullable<AnyStateMachine['config']['states']>[string]

function withoutDelays<State extends Pick<Definition, 'after' | 'on' | 'states'>>(state: State): State {
  const after = Object.entries(state.after ?? {}).map(([delay, transition]) => [`after.${delay}`, transition])
  const states = Object.entries(state.states ?? {}).map(([name, inner]) => [name, withoutDelays(inner)])
  return {
    ...state,
    after: {},
    invoke: [],
    on: { ...state.on, ...Object.fromEntries(after) },
    ...(states.length > 0 && { states: Object.fromEntries(states) }),
  }
}
