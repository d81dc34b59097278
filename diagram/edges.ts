import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { actionLabel, guardLabel, triggerLabel } from './labels.ts'
import type { Chart, ChartState, ChartTransition } from './model.ts'

/**
 * The chart of a machine, read from the state nodes it runs by: what is drawn is what happens. Guards and actions appear by
 * their names, so name them in `setup()`.
 */
export function chartOf(machine: AnyStateMachine): Chart {
  return {
    id: machine.id,
    root: chartState(machine.root),
    transitions: nodesWithin(machine.root).flatMap(turnsOf),
  }
}

/** A state node and all nodes below it, outside in: document order. */
export function nodesWithin(node: AnyStateNode): AnyStateNode[] {
  return [node, ...childrenOf(node).flatMap(nodesWithin)]
}

/** The transition definitions of one state node: by event in the order written, then its `always`. */
export function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return candidatesOf(node).flat()
}

/** By event, in the order in which they are asked. */
function candidatesOf(node: AnyStateNode): AnyTransitionDefinition[][] {
  return [...node.transitions.values(), node.always ?? []]
}

/** The transitions of one state node as plain data, those for the same event with their turns. */
function turnsOf(node: AnyStateNode): ChartTransition[] {
  return candidatesOf(node).flatMap((candidates) =>
    candidates.map((definition, index) => ({
      ...chartTransition(definition),
      ...(candidates.length === 1 ? {} : { turn: index + 1 }),
    })),
  )
}

/** One definition as plain data, without its turn. */
export function chartTransition(definition: AnyTransitionDefinition): ChartTransition {
  return {
    from: definition.source.id,
    to: (definition.target ?? []).map((node) => node.id),
    trigger: triggerLabel(definition),
    ...(definition.guard === undefined ? {} : { guard: guardLabel(definition.guard) }),
    actions: definition.actions.map(actionLabel),
    reenter: definition.reenter,
    ...(definition.description === undefined ? {} : { description: definition.description }),
  }
}

function chartState(node: AnyStateNode): ChartState {
  const initial = node.initial.target?.[0]
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(initial === undefined ? {} : { initial: initial.id }),
    entry: node.entry.filter((action) => !isTimerBookkeeping(action)).map(actionLabel),
    exit: node.exit.filter((action) => !isTimerBookkeeping(action)).map(actionLabel),
    invokes: node.invoke.map(({ src, id }) => (typeof src === 'string' ? src : id)),
    tags: [...node.tags],
    states: childrenOf(node).map(chartState),
  }
}

function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states)
}

/** An `after` arms itself by a raise on entry and a cancel on exit that nobody wrote. */
function isTimerBookkeeping(action: unknown): boolean {
  return /^(raise|cancel)\(xstate\.after\./.test(actionLabel(action))
}
