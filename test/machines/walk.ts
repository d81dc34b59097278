import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, ExecutableActionObject, StateValue } from 'xstate'
import { createStepper, type Stepper } from '../../testing/model/stepper.ts'

/** A chart computed, and nothing executed: what a transition answers follows from the snapshot and the event alone, and nothing else changes. */

const steppers = new WeakMap<AnyStateMachine, Stepper<AnyStateMachine>>()

/** What follows from an event, and what would be executed. Those of time have no type: any may be given. */
export function step(
  machine: AnyStateMachine,
  view: AnyMachineSnapshot,
  event: AnyEventObject,
): readonly [AnyMachineSnapshot, readonly ExecutableActionObject[]] {
  const stepper = steppers.get(machine) ?? createStepper(machine)
  steppers.set(machine, stepper)
  const { snapshot, actions } = stepper.next(view, event)
  return [snapshot, actions]
}

/** All that is told of a snapshot and of actions, as text; actors are told by their ids. */
export const textOf = ([next, actions]: ReturnType<typeof step>): string =>
  JSON.stringify([next, actions.map(({ type, params }) => [type, params])])

/** The states that a value is in, by their paths. */
export const statesOf = (value: StateValue, path = ''): string[] =>
  typeof value === 'string'
    ? [`${path}${value}`]
    : Object.entries(value).flatMap(([name, inner]) => [
        `${path}${name}`,
        ...(inner === undefined ? [] : statesOf(inner, `${path}${name}.`)),
      ])

/** What is known of a state, as XState compiles it. */
interface StateNode {
  readonly always?: readonly { readonly guard?: unknown }[] | undefined
  readonly states: Readonly<Record<string, StateNode>>
}

/** All states of a chart but those that are left as soon as they are entered. */
export const statesBelow = ({ states }: StateNode, path = ''): string[] =>
  Object.entries(states).flatMap(([name, node]) =>
    node.always?.some(({ guard }) => guard === undefined)
      ? []
      : [`${path}${name}`, ...statesBelow(node, `${path}${name}.`)],
  )

/** The actions of a chart that touch the outside when they are executed: plain functions, which XState does not compute. */
export const plainActionsOf = ({ implementations }: AnyStateMachine): string[] =>
  Object.entries(implementations.actions)
    .filter(([, action]) => !(typeof action === 'function' && 'resolve' in action))
    .map(([name]) => name)

/** A snapshot that was walked through. */
export interface Computed<View> {
  readonly view: View
  /** It, as text, before anything was computed. */
  readonly before: string
  /** By event, what followed. */
  readonly followed: readonly string[]
}

/** From these snapshots on, every event is given to every snapshot that has something new, as `traitsOf` tells it. */
export function walk<View extends AnyMachineSnapshot>(
  machine: AnyStateMachine,
  {
    from,
    events,
    traitsOf,
    show = (view) => textOf([view, []]),
  }: {
    readonly from: readonly View[]
    readonly events: readonly AnyEventObject[]
    readonly traitsOf: (view: View) => readonly string[]
    readonly show?: (view: View) => string
  },
): readonly Computed<View>[] {
  const seen = new Set<string>()
  const computed: Computed<View>[] = []
  const waiting = [...from]
  for (let view = waiting.shift(); view; view = waiting.shift()) {
    const traits = traitsOf(view)
    if (traits.every((trait) => seen.has(trait))) continue
    for (const trait of traits) seen.add(trait)
    const before = show(view)
    const steps = events.map((event) => step(machine, view, event))
    for (const [next] of steps) waiting.push(next as View)
    computed.push({ view, before, followed: steps.map(textOf) })
  }
  return computed
}
